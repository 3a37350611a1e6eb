import { useQuery } from "@tanstack/react-query";
import { api, LockstepError } from "../../api/client";

/*
 * The demo's own routes are in no document: nobody but this page may rely on them.
 */

/** What is beside the demo. */
export interface Picture {
  userServers: { locationId: number; name: string; users: number }[];
  erp: { documents: number; creatingCalls: number };
}

export interface Storm {
  productId: string;
  orders: number;
  sold: number;
  refused: number;
  stockAfter: number;
}

async function call<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
  const token = await api.tokens.accessToken();
  const response = await fetch(`/api/demo${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(method === "POST" ? { body: JSON.stringify(body ?? {}) } : {}),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new LockstepError(response.status, answer as Record<string, unknown>);
  return answer as T;
}

/** Whether the gateway says in the page that it is a demo; the development server leaves that open. */
export const IN_DEMO =
  document.querySelector<HTMLMetaElement>('meta[name="lockstep-demo"]')?.content !== "false";

/** The demo's surroundings; elsewhere nobody is asked. */
export function useDemo(interval?: number) {
  return useQuery<Picture>({
    queryKey: ["demo"],
    queryFn: mishaps.look,
    enabled: IN_DEMO,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    ...(interval ? { refetchInterval: interval } : {}),
  });
}

export const mishaps = {
  look: () => call<Picture>("GET", ""),
  loseAnswer: () => call<Picture>("POST", "/mishaps/lost-answers", { times: 1 }),
  emptyServer: () => call<Picture>("POST", "/mishaps/empty-user-server", { location: "Dev" }),
  tamper: () => call<{ bookingId: string }[]>("POST", "/mishaps/tampered-mirrors"),
  storm: () => call<Storm>("POST", "/mishaps/oversell-storm"),
  heal: () => call<Picture>("POST", "/mishaps/heal"),
};
