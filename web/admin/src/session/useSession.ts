import { useSyncExternalStore } from "react";
import type { User } from "../api/types";
import { onSession, type SessionState, sessionState } from "./session";

export function useSession(): SessionState {
  return useSyncExternalStore(onSession, sessionState);
}

/** Whoever is signed in; only for pages behind the sign-in. */
export function useUser(): User {
  const session = useSession();
  if (session.kind !== "signed-in") throw new Error("nobody is signed in");
  return session.user;
}
