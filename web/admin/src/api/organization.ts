/** For which organization the pages of sales documents act, and whether on the built-in simulator. */
export interface Acting {
  organizationId: string | undefined;
  testMode: boolean;
}

const KEY = "lockstep.organization";
let acting: Acting = {
  organizationId: window.localStorage.getItem(KEY) ?? undefined,
  testMode: false,
};
const listeners = new Set<() => void>();

export function actingAs(): Acting {
  return acting;
}

export function onActing(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function actAs(change: Partial<Acting>): void {
  acting = { ...acting, ...change };
  if (acting.organizationId) window.localStorage.setItem(KEY, acting.organizationId);
  for (const listener of listeners) listener();
}

const ROUTES = ["/api/sales-documents", "/api/integrations/"];

/** The headers that say so, on the routes that listen to them. */
export function actingHeaders(path: string): [string, string][] {
  if (!ROUTES.some((route) => path.startsWith(route))) return [];
  const headers: [string, string][] = [];
  if (acting.organizationId) headers.push(["X-Organization-Id", acting.organizationId]);
  if (acting.testMode) headers.push(["X-Test-Mode", "true"]);
  return headers;
}
