import type { Lockstep } from "./client.js";
import { LockstepError } from "./error.js";
import type { Schemas } from "./types.js";

export type SyncRun = Schemas["SalesDocumentSyncRun"];
/** How many documents there are, and how many of them are through. */
export type SyncProgress = Pick<SyncRun, "total" | "synced" | "failed" | "skipped">;

export interface FollowOptions {
  /** Milliseconds between two looks; 1,000 if left out. */
  interval?: number;
}

/** Looks that may fail one after the other, while a gateway restarts say. */
const MOST_FAILURES = 10;

/** Looks how far a run is until it is over; throws where it failed as a whole. Giving up does not end the run. */
export async function followRun(
  client: Lockstep,
  runId: string,
  how: { headers?: Record<string, string>; signal?: AbortSignal },
  options: FollowOptions,
  onProgress: (progress: SyncProgress) => void,
): Promise<SyncRun> {
  let failures = 0;
  for (;;) {
    const run = await look(client, runId, how).catch((error: unknown) => {
      const isPassing =
        error instanceof LockstepError && (error.status === 0 || error.status > 500);
      failures += 1;
      if (!isPassing || failures > MOST_FAILURES) throw error;
      return undefined;
    });
    if (run) {
      failures = 0;
      const { total, synced, failed, skipped } = run;
      onProgress({ total, synced, failed, skipped });
      if (run.status === "completed") return run;
      if (run.status === "failed") throw failure(run);
    }
    await pause(options.interval ?? 1_000, how.signal);
  }
}

function look(
  client: Lockstep,
  id: string,
  how: { headers?: Record<string, string>; signal?: AbortSignal },
): Promise<SyncRun> {
  return client.get("/api/integrations/metakocka/runs/{id}", { ...how, params: { path: { id } } });
}

function failure(run: SyncRun): LockstepError {
  const error = run.error ?? "The sync did not get through";
  return new LockstepError(0, { error, code: "run_failed", run });
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
