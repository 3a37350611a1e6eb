import { useCallback, useState } from "react";
import { useEvent } from "../../live/LiveProvider";

/** How far a preview or a run is, as the socket tells it. */
export interface Progress {
  phase: string;
  done: number;
  total: number;
}

interface Told extends Partial<Progress> {
  locationId?: number;
  runId?: string;
  previewId?: string;
}

/** The newest progress of whatever `concerns` picks. */
export function useSyncProgress(concerns: (told: Told) => boolean): Progress | undefined {
  const [progress, setProgress] = useState<Progress>();
  const listener = useCallback(
    (payload: unknown) => {
      const told = payload as Told;
      if (!concerns(told)) return;
      setProgress({ phase: told.phase ?? "", done: told.done ?? 0, total: told.total ?? 0 });
    },
    [concerns],
  );
  useEvent("user-sync:progress", listener);
  return progress;
}
