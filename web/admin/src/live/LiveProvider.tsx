import { type LockstepSocket, openSocket, type ServerEvents } from "@lockstep/client";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { api } from "../api/client";
import { applyStock } from "./apply";
import { gather } from "./gather";

interface Live {
  connected: boolean;
  /** Whether it has been connected before. */
  begun: boolean;
  admin: LockstepSocket<"/admin"> | undefined;
}

const LiveContext = createContext<Live>({
  connected: false,
  begun: false,
  admin: undefined,
});

/** Whether the page hears of changes. */
export function useLive(): Live {
  return useContext(LiveContext);
}

/** Calls `listener` for an event of the admins while the page is shown. */
export function useEvent<E extends keyof ServerEvents<"/admin"> & string>(
  event: E,
  listener: (payload: ServerEvents<"/admin">[E]) => void,
): void {
  const { admin } = useLive();
  useEffect(() => admin?.on(event, listener), [admin, event, listener]);
}

type Stale = (key: string) => void;

function listenAsAdmin(admin: LockstepSocket<"/admin">, stale: Stale): void {
  admin.on("booking:created", () => stale("bookings"));
  admin.on("booking:updated", () => stale("bookings"));
  admin.on("partner:registered", () => stale("partners"));
  admin.on("kyc:submitted", () => stale("partners"));
  admin.on("notification:new", () => stale("notifications"));
  // Where they are refused the page still works; it is only not live.
  void admin.send("monitor:bookings").catch(() => undefined);
  void admin.send("request:stats").catch(() => undefined);
}

/** Keeps what is shown in step: each event makes the queries it concerns ask again, at most twice a second. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [admin, setAdmin] = useState<LockstepSocket<"/admin">>();
  const [connected, setConnected] = useState(false);
  const [begun, setBegun] = useState(false);

  useEffect(() => {
    const stale = gather((keys) => {
      for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
    }, 500);
    const socket = openSocket(api, "/admin");
    const stock = openSocket(api, "/");
    let wasConnected = false;
    socket.onStatus((status) => {
      setConnected(status === "connected");
      if (status !== "connected") return;
      // Not everything is told again to whoever was away.
      if (wasConnected) void queries.invalidateQueries();
      wasConnected = true;
      setBegun(true);
    });
    listenAsAdmin(socket, stale);
    socket.on("dashboard:stats_update", (stats) => queries.setQueryData(["stats"], stats));
    for (const event of ["STOCK_UPDATED", "STOCK_REDUCED"] as const) {
      stock.on(event, (update) => {
        applyStock(queries, update);
        stale("products");
        stale("movements");
      });
    }
    setAdmin(socket);
    return () => {
      socket.close();
      stock.close();
      setAdmin(undefined);
      setConnected(false);
    };
  }, [queries]);

  const live = useMemo(() => ({ admin, connected, begun }), [admin, connected, begun]);
  return <LiveContext value={live}>{children}</LiveContext>;
}
