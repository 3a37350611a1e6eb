import { useCallback, useEffect, useRef, useState } from "react";

/** What becomes of something that takes a while. */
export type Task<Result, Progress> =
  | { kind: "idle" }
  | { kind: "busy"; progress: Progress | undefined }
  | { kind: "done"; result: Result }
  | { kind: "failed"; error: Error };

export type Work<Result, Progress> = (
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
) => Promise<Result>;

/**
 * Runs one piece of work at a time. It begins anew, idle, when `subject` changes, and nobody hears of work whose
 * component is gone.
 */
export function useTask<Result, Progress = never>(subject: string) {
  const [task, setTask] = useState<Task<Result, Progress>>({ kind: "idle" });
  const running = useRef<AbortController | undefined>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another subject is what ends the work on the old one.
  useEffect(() => {
    setTask({ kind: "idle" });
    return () => {
      running.current?.abort();
      running.current = undefined;
    };
  }, [subject]);

  const run = useCallback(async (work: Work<Result, Progress>): Promise<void> => {
    if (running.current) return;
    const own = new AbortController();
    running.current = own;
    const tell = (next: Task<Result, Progress>) => {
      if (running.current === own) setTask(next);
    };
    tell({ kind: "busy", progress: undefined });
    let end: Task<Result, Progress>;
    try {
      const result = await work(own.signal, (progress) => tell({ kind: "busy", progress }));
      end = { kind: "done", result };
    } catch (error) {
      end = { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
    }
    tell(end);
    if (running.current === own) running.current = undefined;
  }, []);

  return { task, run };
}
