import type { Lockstep } from "@lockstep/client";
import { createContext, type ReactNode, useContext } from "react";

const LockstepContext = createContext<Lockstep | undefined>(undefined);

/** Gives everything inside the gateway to speak to. */
export function LockstepProvider({ client, children }: { client: Lockstep; children?: ReactNode }) {
  return <LockstepContext.Provider value={client}>{children}</LockstepContext.Provider>;
}

/** The gateway of the nearest {@link LockstepProvider}, unless one is given. */
export function useLockstep(given?: Lockstep): Lockstep {
  const nearest = useContext(LockstepContext);
  const client = given ?? nearest;
  if (!client) throw new Error("Put a LockstepProvider around it, or give it a client");
  return client;
}
