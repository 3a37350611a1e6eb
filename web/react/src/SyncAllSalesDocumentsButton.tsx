import type { BulkSync, SyncProgress } from "@lockstep/client";
import { ENGLISH, type Labels, throughOf } from "./labels.js";
import { TaskButton } from "./TaskButton.js";
import { useSyncAllSalesDocuments } from "./useSyncAllSalesDocuments.js";
import type { SyncOptions } from "./useSyncSalesDocument.js";
import type { Task } from "./useTask.js";

export interface SyncAllSalesDocumentsButtonProps extends SyncOptions {
  onSynced?: (result: BulkSync) => void;
  /** Milliseconds between two looks at the progress; 1,000 if left out. */
  interval?: number;
  labels?: Partial<Labels>;
  className?: string;
  disabled?: boolean;
}

/** Reasons that are shown. */
const MOST_REASONS = 5;

/** Brings all unsynced or changed sales documents to Metakocka, with how far it is and why some did not get there. */
export function SyncAllSalesDocumentsButton(props: SyncAllSalesDocumentsButtonProps) {
  const { labels, className, disabled, ...options } = props;
  const { task, sync, retry } = useSyncAllSalesDocuments(options);
  const say = { ...ENGLISH, ...labels };
  const failed = task.kind === "failed" || (task.kind === "done" && task.result.failed > 0);
  return (
    <TaskButton
      state={failed ? "failed" : task.kind}
      label={failed ? say.retry : say.syncAll}
      onPress={failed ? retry : sync}
      className={className}
      disabled={disabled}
      said={saidOf(task, say)}
    >
      {task.kind === "busy" && task.progress && <Bar progress={task.progress} say={say} />}
      {task.kind === "done" && <Reasons result={task.result} />}
    </TaskButton>
  );
}

function saidOf(task: Task<BulkSync, SyncProgress>, say: Labels): string | undefined {
  switch (task.kind) {
    case "idle":
      return undefined;
    // The bar tells how far it is: read out loud at each step it would be noise.
    case "busy":
      return say.busy;
    case "done":
      return say.doneAll(task.result);
    case "failed":
      return say.failed(task.error.message);
  }
}

function Bar({ progress, say }: { progress: SyncProgress; say: Labels }) {
  const text = say.progress(progress);
  return (
    <>
      <progress
        className="lockstep-sync__progress"
        value={throughOf(progress)}
        max={Math.max(progress.total, 1)}
        aria-label={say.busy}
        aria-valuetext={text}
      />
      <span className="lockstep-sync__count" aria-hidden="true">
        {text}
      </span>
    </>
  );
}

function Reasons({ result }: { result: BulkSync }) {
  const failed = result.details.filter(({ success }) => !success);
  if (failed.length === 0) return null;
  const hidden = result.failed - Math.min(failed.length, MOST_REASONS);
  return (
    <ul className="lockstep-sync__reasons">
      {failed.slice(0, MOST_REASONS).map(({ documentId, error }) => (
        <li key={documentId}>
          {documentId}: {error}
        </li>
      ))}
      {hidden > 0 && <li>+ {hidden}</li>}
    </ul>
  );
}
