import {
  type BulkOptions,
  type BulkSync,
  type SyncProgress,
  syncAllSalesDocuments,
  syncMultipleSalesDocuments,
} from "@lockstep/client";
import { useCallback } from "react";
import { useLockstep } from "./context.js";
import { type SyncOptions, scopeOf } from "./useSyncSalesDocument.js";
import { type Task, useTask } from "./useTask.js";

export interface SyncAllSalesDocuments {
  /** `done` also where documents failed: `result.failed` and `result.details` tell. */
  task: Task<BulkSync, SyncProgress>;
  /** Brings all unsynced or changed documents to Metakocka. While it is at it, a second call does nothing. */
  sync: () => Promise<void>;
  /** Tries those again that failed, or all where it failed as a whole. */
  retry: () => Promise<void>;
}

/** Brings all sales documents to Metakocka that were never synced or changed since. */
export function useSyncAllSalesDocuments(
  options: SyncOptions & {
    onSynced?: ((result: BulkSync) => void) | undefined;
    /** Milliseconds between two looks at the progress. */
    interval?: number | undefined;
  } = {},
): SyncAllSalesDocuments {
  const client = useLockstep(options.client);
  const { organizationId, testMode, onSynced, interval } = options;
  const { task, run } = useTask<BulkSync, SyncProgress>(organizationId ?? "");
  const start = useCallback(
    (documentIds: string[] | undefined) =>
      run(async (signal, onProgress) => {
        const scope = scopeOf({ organizationId, testMode });
        const look = interval === undefined ? {} : { interval };
        const how: BulkOptions = { ...scope, ...look, signal, onProgress };
        const result = documentIds
          ? await syncMultipleSalesDocuments(client, documentIds, how)
          : await syncAllSalesDocuments(client, how);
        if (!signal.aborted) onSynced?.(result);
        return result;
      }),
    [client, organizationId, testMode, onSynced, interval, run],
  );
  const sync = useCallback(() => start(undefined), [start]);
  const retry = useCallback(() => start(failedOnes(task)), [start, task]);
  return { task, sync, retry };
}

/** The documents that failed; nothing where more of them failed than the result names. */
function failedOnes(task: Task<BulkSync, SyncProgress>): string[] | undefined {
  if (task.kind !== "done") return undefined;
  const failed = task.result.details.filter(({ success }) => !success);
  const ids = failed.flatMap(({ documentId }) => documentId ?? []);
  return ids.length === task.result.failed && ids.length > 0 ? ids : undefined;
}
