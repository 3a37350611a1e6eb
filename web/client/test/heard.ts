import { expect, onTestFinished } from "vitest";
import {
  type Lockstep,
  type LockstepSocket,
  type Namespace,
  openSocket,
  type ServerEvents,
  type SocketOptions,
  type SocketStatus,
} from "../src/index.js";

/** Longer than anything may take. */
const PATIENCE = { timeout: 20_000, interval: 10 };

/** A socket whose events are kept; it closes with the test. */
export class Heard<N extends Namespace> {
  readonly socket: LockstepSocket<N>;
  readonly events: [string, unknown][] = [];
  readonly statuses: SocketStatus[] = [];

  constructor(
    client: Lockstep,
    namespace: N,
    events: (keyof ServerEvents<N> & string)[],
    options: SocketOptions = {},
  ) {
    this.socket = openSocket(client, namespace, options);
    for (const event of events) {
      this.socket.on(event, (payload) => void this.events.push([event, payload]));
    }
    this.socket.onStatus((status) => void this.statuses.push(status));
    onTestFinished(() => this.socket.close());
  }

  /** All payloads of an event so far. */
  all<E extends keyof ServerEvents<N> & string>(event: E): ServerEvents<N>[E][] {
    const own = this.events.filter(([name]) => name === event);
    return own.map(([, payload]) => payload as ServerEvents<N>[E]);
  }

  async is(status: SocketStatus): Promise<void> {
    await expect.poll(() => this.socket.status, PATIENCE).toBe(status);
  }

  /** Waits until an event came so often. */
  async count(event: keyof ServerEvents<N> & string, times: number): Promise<void> {
    await expect.poll(() => this.all(event).length, PATIENCE).toBe(times);
  }
}
