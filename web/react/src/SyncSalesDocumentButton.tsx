import type { SyncDone } from "@lockstep/client";
import { ENGLISH, type Labels } from "./labels.js";
import { TaskButton } from "./TaskButton.js";
import { type SyncOptions, useSyncSalesDocument } from "./useSyncSalesDocument.js";

export interface SyncSalesDocumentButtonProps extends SyncOptions {
  documentId: string;
  onSynced?: (done: SyncDone) => void;
  labels?: Partial<Labels>;
  className?: string;
  disabled?: boolean;
}

/** Brings one sales document to Metakocka, and says what became of it. */
export function SyncSalesDocumentButton(props: SyncSalesDocumentButtonProps) {
  const { documentId, labels, className, disabled, ...options } = props;
  const { task, sync } = useSyncSalesDocument(documentId, options);
  const say = { ...ENGLISH, ...labels };
  return (
    <TaskButton
      state={task.kind}
      label={task.kind === "failed" ? say.retry : say.syncOne}
      onPress={sync}
      className={className}
      disabled={disabled}
      said={
        (task.kind === "busy" && say.busy) ||
        (task.kind === "done" && say.doneOne(task.result)) ||
        (task.kind === "failed" && say.failed(task.error.message))
      }
    />
  );
}
