import type { ReactNode } from "react";
import { useFormat } from "../../i18n/format";
import { Figure } from "../../ui/Figure";

/** How many users something is done to, in its color where it is anybody. */
export function CountFigure({
  count,
  tone,
  ...shown
}: {
  label: string;
  count: number;
  tone?: "good" | "warn" | "bad";
  note?: ReactNode;
  testId?: string;
}) {
  const format = useFormat();
  return <Figure {...shown} value={format.number(count)} tone={count > 0 ? tone : undefined} />;
}
