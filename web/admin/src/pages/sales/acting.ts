import { useSyncExternalStore } from "react";
import { type Acting, actingAs, onActing } from "../../api/organization";

/** For which organization the page acts. Its `key` belongs into the key of every query for it. */
export function useActing(): Acting & { key: string } {
  const acting = useSyncExternalStore(onActing, actingAs);
  return { ...acting, key: `${acting.organizationId ?? ""} ${acting.testMode}` };
}
