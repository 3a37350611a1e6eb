import type { ReactNode } from "react";
import classes from "./Tag.module.css";

export type Tone = "neutral" | "info" | "good" | "warn" | "bad" | "accent";

/** A state in a word. Its colour only helps: the word says it all. */
export function Tag({
  tone,
  icon,
  children,
}: {
  tone: Tone;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <span className={classes.tag} data-tone={tone}>
      {icon}
      {children}
    </span>
  );
}
