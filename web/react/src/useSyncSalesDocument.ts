import { type Lockstep, type SyncDone, syncSalesDocument } from "@lockstep/client";
import { useCallback } from "react";
import { useLockstep } from "./context.js";
import { type Task, useTask } from "./useTask.js";

/** For whom, where it is not what the client was made with. */
export interface SyncOptions {
  /** The gateway; that of the nearest provider if left out. */
  client?: Lockstep | undefined;
  organizationId?: string | undefined;
  testMode?: boolean | undefined;
}

export interface SyncSalesDocument {
  task: Task<SyncDone, never>;
  /** Brings the document to Metakocka. While it is at it, a second call does nothing. */
  sync: () => Promise<void>;
}

/** Brings one sales document to Metakocka. `onSynced` is for what the page does next. */
export function useSyncSalesDocument(
  documentId: string,
  options: SyncOptions & { onSynced?: ((done: SyncDone) => void) | undefined } = {},
): SyncSalesDocument {
  const client = useLockstep(options.client);
  const { organizationId, testMode, onSynced } = options;
  const { task, run } = useTask<SyncDone>(documentId);
  const sync = useCallback(
    () =>
      run(async (signal) => {
        const scope = scopeOf({ organizationId, testMode });
        const done = await syncSalesDocument(client, documentId, { ...scope, signal });
        if (!signal.aborted) onSynced?.(done);
        return done;
      }),
    [client, documentId, organizationId, testMode, onSynced, run],
  );
  return { task, sync };
}

/** Options without those that were left out. */
export function scopeOf({ organizationId, testMode }: SyncOptions) {
  return {
    ...(organizationId !== undefined && { organizationId }),
    ...(testMode !== undefined && { testMode }),
  };
}
