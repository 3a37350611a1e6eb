import type { Socket } from "socket.io-client";
import { LockstepError } from "./error.js";

interface Waiting {
  resolve: (ack: object) => void;
  reject: (error: LockstepError) => void;
}

interface Order {
  key: string;
  event: string;
  payload: unknown;
  waiting: Waiting | undefined;
}

type Answer = { ok: boolean; error?: string; code?: string };

/** What is followed until somebody says otherwise, and which of it replaces which. */
const FOLLOWED: Record<string, (payload: unknown) => string> = {
  "booking:track": (id) => `booking:track ${String(id)}`,
  "monitor:bookings": () => "monitor:bookings",
  "request:stats": () => "request:stats",
  "stock:subscribe": () => "stock:subscribe",
};

/** Sends events and awaits their acks; keeps those that a reconnection has to say again. */
export class Standing {
  readonly #socket: Socket;
  readonly #patience: number;
  readonly #refused: (event: string, error: LockstepError) => void;
  readonly #orders = new Map<string, Order>();
  readonly #pending = new Set<Waiting>();

  constructor(
    socket: Socket,
    patience: number,
    refused: (event: string, error: LockstepError) => void,
  ) {
    this.#socket = socket;
    this.#patience = patience;
    this.#refused = refused;
  }

  send(event: string, payload: unknown): Promise<object> {
    const key = FOLLOWED[event]?.(payload);
    if (event === "booking:untrack") this.#orders.delete(`booking:track ${String(payload)}`);
    return new Promise((resolve, reject) => {
      const waiting = this.#limited({ resolve, reject });
      if (key === undefined) return this.#emit(event, payload, (answer) => settle(waiting, answer));
      this.#orders.get(key)?.waiting?.reject(unanswered("Another one took its place"));
      const order = { key, event, payload, waiting };
      this.#orders.set(key, order);
      if (this.#socket.connected) this.#place(order);
    });
  }

  /** Says again what is followed; whoever still waits for a first answer gets this one. */
  resume(): void {
    for (const order of this.#orders.values()) this.#place(order);
  }

  /** Lets everybody know who waits. */
  fail(error: LockstepError): void {
    for (const waiting of [...this.#pending]) waiting.reject(error);
  }

  #place(order: Order): void {
    this.#emit(order.event, order.payload, (answer) => {
      if (this.#orders.get(order.key) !== order) return;
      // The connection went: it is said again on the next one.
      if (answer instanceof LockstepError) return;
      const { waiting } = order;
      order.waiting = undefined;
      if (!answer.ok) this.#orders.delete(order.key);
      if (waiting) settle(waiting, answer);
      else if (!answer.ok) this.#refused(order.event, refused(answer));
    });
  }

  #emit(event: string, payload: unknown, done: (answer: Answer | LockstepError) => void): void {
    const args = payload === undefined ? [] : [payload];
    const socket = this.#socket.timeout(this.#patience);
    socket.emit(event, ...args, (error: Error | null, answer: Answer) => {
      done(error ? unanswered("No ack came", error) : answer);
    });
  }

  /** The same, given up after a while, and forgotten when it is over. */
  #limited({ resolve, reject }: Waiting): Waiting {
    const done = () => {
      clearTimeout(timer);
      this.#pending.delete(waiting);
    };
    const waiting: Waiting = {
      resolve: (ack) => {
        done();
        resolve(ack);
      },
      reject: (error) => {
        done();
        // Whoever was told that it failed does not expect it later.
        for (const [key, order] of this.#orders) {
          if (order.waiting === waiting) this.#orders.delete(key);
        }
        reject(error);
      },
    };
    const timer = setTimeout(
      () => waiting.reject(unanswered("No ack came in time")),
      this.#patience,
    );
    this.#pending.add(waiting);
    return waiting;
  }
}

function settle(waiting: Waiting, answer: Answer | LockstepError): void {
  if (answer instanceof LockstepError) waiting.reject(answer);
  else if (answer.ok) waiting.resolve(answer);
  else waiting.reject(refused(answer));
}

function refused(answer: Answer): LockstepError {
  return new LockstepError(0, { ...answer });
}

function unanswered(error: string, cause?: unknown): LockstepError {
  return new LockstepError(0, { error, code: "unreachable" }, { cause });
}
