/** Calls `work` with the different keys of a while: the first at once, the rest together when the while is over. */
export function gather(
  work: (keys: string[]) => void,
  milliseconds: number,
): (key: string) => void {
  const keys = new Set<string>();
  let waiting = false;
  const flush = () => {
    waiting = keys.size > 0;
    if (!waiting) return;
    const all = [...keys];
    keys.clear();
    work(all);
    window.setTimeout(flush, milliseconds);
  };
  return (key) => {
    keys.add(key);
    if (waiting) return;
    waiting = true;
    window.setTimeout(flush, 0);
  };
}
