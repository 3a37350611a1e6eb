import { useEffect, useRef, useState } from "react";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Tag } from "../../ui/Tag";

/** A number that lights up for a moment when it changes. */
export function LiveNumber({ value, testId }: { value: number; testId?: string }) {
  const format = useFormat();
  const before = useRef(value);
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    if (before.current !== value) {
      before.current = value;
      setChanges((count) => count + 1);
    }
  }, [value]);
  return (
    <span key={changes} className={changes > 0 ? "flash" : undefined} data-testid={testId}>
      {format.number(value)}
    </span>
  );
}

export function AvailabilityTag({ available, low }: { available: number; low: number }) {
  const { text } = useText();
  if (available === 0) return <Tag tone="bad">{text.stock.soldOut}</Tag>;
  if (available <= low) return <Tag tone="warn">{text.stock.low}</Tag>;
  return null;
}
