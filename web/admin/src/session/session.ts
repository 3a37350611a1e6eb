import { api } from "../api/client";
import type { User } from "../api/types";

/** Who is signed in. No token is kept here: the client holds the access token in memory. */
export type SessionState =
  | { kind: "starting" }
  | { kind: "unreachable" }
  | { kind: "anonymous"; expired: boolean }
  | { kind: "signed-in"; user: User };

let state: SessionState = { kind: "starting" };
const listeners = new Set<() => void>();
/** Tells other tabs that somebody signed in or out. */
const tabs = new BroadcastChannel("lockstep");

export function sessionState(): SessionState {
  return state;
}

export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function become(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

/**
 * Says that this browser may have the cookie of a session, which no script can read. Whoever never signed in here is not
 * asked about at the gateway.
 */
const HINT = "lockstep.signed-in";

function hint(isSignedIn: boolean): void {
  if (isSignedIn) window.localStorage.setItem(HINT, "true");
  else window.localStorage.removeItem(HINT);
}

api.session.subscribe((now) => {
  hint(now.user !== undefined);
  if (now.user === undefined) become({ kind: "anonymous", expired: now.expired });
  else if (now.user.role === "admin") become({ kind: "signed-in", user: now.user });
});

/** Ends the session of somebody the panel is not for, here and at the gateway. */
async function turnAway(): Promise<void> {
  become({ kind: "anonymous", expired: false });
  await api.session.signOut().catch(() => undefined);
}

export async function signIn(email: string, password: string): Promise<User> {
  const user = await api.session.signIn({ email, password });
  if (user.role === "admin") tabs.postMessage("signed-in");
  else await turnAway();
  return user;
}

export async function signOut(): Promise<void> {
  tabs.postMessage("signed-out");
  // Here it is over also where the gateway does not answer.
  await api.session.signOut().catch(() => undefined);
}

/** Goes on with the session of before the reload, where there may be one. */
export async function startSession(): Promise<void> {
  if (window.localStorage.getItem(HINT) === null) {
    become({ kind: "anonymous", expired: false });
    return;
  }
  become({ kind: "starting" });
  try {
    const user = await api.session.resume();
    if (user && user.role !== "admin") await turnAway();
  } catch {
    become({ kind: "unreachable" });
  }
}

/** Looks again what is known of the person who is signed in. */
export async function lookAgain(): Promise<void> {
  const user = await api.get("/api/auth/me");
  if (state.kind === "signed-in") become({ kind: "signed-in", user });
}

tabs.addEventListener("message", ({ data }) => {
  if (data === "signed-out") void api.session.signOut().catch(() => undefined);
  else if (state.kind === "anonymous") void startSession();
});
