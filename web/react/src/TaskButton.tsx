import { type ReactNode, useId } from "react";

export interface TaskButtonProps {
  /** For styles and tests: `idle`, `busy`, `done` or `failed`. */
  state: "idle" | "busy" | "done" | "failed";
  label: string;
  onPress: () => void;
  className: string | undefined;
  disabled: boolean | undefined;
  /** What is said beside the button, also to those who do not see it. */
  said: ReactNode;
  /** What is shown below and not read out. */
  children?: ReactNode;
}

/** A button and the place beside it where it says how it goes. Busy, it keeps the focus and takes no press. */
export function TaskButton(props: TaskButtonProps) {
  const { state, label, onPress, className, disabled, said, children } = props;
  const status = useId();
  const isBusy = state === "busy";
  return (
    <span
      className={["lockstep-sync", className].filter(Boolean).join(" ")}
      data-state={state}
      aria-busy={isBusy}
    >
      <button
        type="button"
        className="lockstep-sync__button"
        disabled={disabled}
        aria-disabled={isBusy || undefined}
        aria-describedby={status}
        onClick={isBusy ? undefined : onPress}
      >
        {label}
      </button>
      <span id={status} className="lockstep-sync__status" role="status" aria-live="polite">
        {said}
      </span>
      {children}
    </span>
  );
}
