import type { ReactNode } from "react";

/** What narrows a list down: the search takes what room there is, on a phone a line of its own. */
export function Filters({ children }: { children: ReactNode }) {
  return <search className="filters">{children}</search>;
}
