import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** Filters and page live in the address: a filtered list can be bookmarked, sent and gone back to. */
export function useListParams() {
  const [params, setParams] = useSearchParams();
  const page = Math.max(1, Number.parseInt(params.get("page") ?? "1", 10) || 1);
  const get = useCallback((name: string) => params.get(name) || undefined, [params]);
  const set = useCallback(
    (name: string, value: string | null | undefined) => {
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (value) next.set(name, value);
          else next.delete(name);
          if (name !== "page") next.delete("page");
          return next;
        },
        { replace: name !== "page" },
      );
    },
    [setParams],
  );
  const toPage = useCallback((to: number) => set("page", to > 1 ? String(to) : null), [set]);
  return { page, get, set, toPage };
}
