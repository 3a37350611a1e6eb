import { io, type Socket } from "socket.io-client";
import type { Ack, ClientEvents, Namespace, ServerEvents } from "./acks.js";
import type { Lockstep } from "./client.js";
import { lastEventId } from "./cursor.js";
import { LockstepError } from "./error.js";
import { RECORDED_EVENTS } from "./generated/events.js";
import { Listeners } from "./listeners.js";
import { Patience } from "./patience.js";
import { Renewal } from "./renewal.js";
import { Standing } from "./standing.js";

export interface SocketOptions {
  /** The last event that was dealt with before, as `onLastEventId` told it; `0`: all that are kept, 7 days. */
  lastEventId?: number;
  /** Is told how far events have come, after the listeners, so that it can be kept. */
  onLastEventId?: (eventId: number) => void;
  /** Milliseconds to wait for an ack, connecting included; 20,000 if left out. */
  patience?: number;
  /** Websocket first, and long-polling where there is no way for it, if left out. */
  transports?: ("websocket" | "polling")[];
}

/**
 * `refused`: the gateway does not want whoever is signed in, or nobody is; `connect()` tries again, after another
 * sign-in say. `closed`: by `close()`.
 */
export type SocketStatus = "connecting" | "connected" | "refused" | "closed";

/** Events and payloads of a namespace's listeners. */
type Listener<N extends Namespace, E extends keyof ServerEvents<N>> = (
  payload: ServerEvents<N>[E],
) => void;

const RECORDED: ReadonlySet<string> = new Set(RECORDED_EVENTS);

/** Opens a socket in a namespace: `/` needs no sign-in, `/customer`, `/partner` and `/admin` that role. */
export function openSocket<N extends Namespace>(
  client: Lockstep,
  namespace: N,
  options: SocketOptions = {},
): LockstepSocket<N> {
  return new LockstepSocket(client, namespace, options);
}

/**
 * A connection that keeps itself: it comes back with what was missed, in order and once, with a token that is good, and
 * goes on following what it followed.
 */
export class LockstepSocket<N extends Namespace> {
  readonly namespace: N;
  readonly #client: Lockstep;
  readonly #options: SocketOptions;
  readonly #socket: Socket;
  readonly #listeners = new Listeners();
  readonly #statusListeners = new Listeners();
  readonly #standing: Standing;
  readonly #renewal: Renewal;
  readonly #patience = new Patience(() => this.#socket.connect());
  #status: SocketStatus = "connecting";
  #lastEventId: number | undefined;
  #token: string | undefined;
  #reason: LockstepError | undefined;

  constructor(client: Lockstep, namespace: N, options: SocketOptions) {
    this.#client = client;
    this.namespace = namespace;
    this.#options = options;
    this.#lastEventId = options.lastEventId;
    const { origin, pathname } = new URL(client.baseUrl);
    this.#socket = io(origin + namespace, {
      path: `${pathname.replace(/\/$/, "")}/socket.io`,
      transports: options.transports ?? ["websocket", "polling"],
      tryAllTransports: true,
      autoConnect: false,
      forceNew: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 15_000,
      auth: (give) => void this.#introduce().then(give),
    });
    const patience = options.patience ?? 20_000;
    this.#standing = new Standing(this.#socket, patience, (event, error) => {
      const { message, code } = error;
      this.#listeners.tell("error", { message, code, event });
    });
    this.#renewal = new Renewal(this.#socket, client.tokens, patience);
    this.#listen();
    this.#socket.connect();
  }

  get status(): SocketStatus {
    return this.#status;
  }

  /** Why it was refused. */
  get reason(): LockstepError | undefined {
    return this.#reason;
  }

  /** The last recorded event that its listeners had. */
  get lastEventId(): number | undefined {
    return this.#lastEventId;
  }

  /** Calls `listener` for each event of this name, a recorded one once; gives back how to stop that. */
  on<E extends keyof ServerEvents<N> & string>(event: E, listener: Listener<N, E>): () => void {
    return this.#listeners.add(event, listener as (payload: unknown) => void);
  }

  /** Calls `listener` whenever the connection comes or goes; gives back how to stop that. */
  onStatus(listener: (status: SocketStatus) => void): () => void {
    return this.#statusListeners.add("status", listener as (payload: unknown) => void);
  }

  /**
   * Sends an event and waits for its ack; throws a {@link LockstepError} where it is refused. What is followed
   * (`booking:track`, `monitor:bookings`, `request:stats`, `stock:subscribe`) is followed again after each reconnection.
   * `unreachable` means that no ack came: the event may have been taken.
   */
  async send<E extends keyof ClientEvents<N> & string>(
    event: E,
    ...payload: ClientEvents<N>[E] extends null ? [] : [ClientEvents<N>[E]]
  ): Promise<Ack<E>> {
    if (this.#status === "closed") throw closed();
    if (this.#reason) throw this.#reason;
    return (await this.#standing.send(event, payload[0])) as Ack<E>;
  }

  /** Sends an event that is worth nothing later, such as `location:update`: without an ack, and only if connected. */
  tell<E extends keyof ClientEvents<N> & string>(
    event: E,
    ...payload: ClientEvents<N>[E] extends null ? [] : [ClientEvents<N>[E]]
  ): void {
    this.#socket.volatile.emit(event, ...payload);
  }

  /** Connects again after it was refused or closed. */
  connect(): void {
    if (this.#status !== "refused" && this.#status !== "closed") return;
    this.#become("connecting");
    this.#socket.connect();
  }

  close(): void {
    this.#patience.stop();
    this.#renewal.stop();
    this.#become("closed");
    this.#socket.disconnect();
    this.#standing.fail(closed());
  }

  #listen(): void {
    this.#socket.onAny((event: string, payload: unknown) => this.#deliver(event, payload));
    this.#socket.on("connect", () => {
      this.#patience.begin();
      this.#renewal.watch(this.#token);
      this.#standing.resume();
      this.#become("connected");
    });
    this.#socket.on("disconnect", (reason) => {
      this.#patience.end();
      this.#renewal.stop();
      if (this.#status === "closed") return;
      this.#become("connecting");
      // Only this one is left to us: the token ended, the account was disabled, or too much was sent.
      if (reason === "io server disconnect") this.#patience.retry();
    });
    this.#socket.on("connect_error", (error) => {
      // As long as the transport fails socket.io tries again by itself.
      if (!this.#socket.active) void this.#refused(error);
    });
  }

  /** What is said at the handshake. */
  async #introduce(): Promise<{ token?: string | undefined; lastEventId?: number }> {
    if (this.namespace === "/") return {};
    try {
      this.#token = await this.#client.tokens.accessToken();
      if (this.#token === undefined) return {};
      this.#lastEventId ??= await lastEventId(this.#client);
      return { token: this.#token, lastEventId: this.#lastEventId };
    } catch {
      // Without a token it is refused, and then tried again.
      return {};
    }
  }

  async #refused(error: Error & { data?: { code?: string } }): Promise<void> {
    if (this.#status === "closed") return;
    const code = error.data?.code;
    const reason = new LockstepError(0, { error: error.message, ...(code && { code }) });
    if (code !== undefined && code !== "unauthenticated") return this.#giveUp(reason);
    try {
      const other = await this.#client.tokens.accessToken(this.#token);
      if (other === undefined) return this.#giveUp(reason);
    } catch {
      // Nobody said no: the gateway could not be asked.
    }
    if (this.#isOpen()) this.#patience.retry();
  }

  #isOpen(): boolean {
    return this.#status === "connecting";
  }

  #giveUp(reason: LockstepError): void {
    if (!this.#isOpen()) return;
    this.#reason = reason;
    this.#become("refused");
    this.#standing.fail(reason);
  }

  #deliver(event: string, payload: unknown): void {
    const id = (payload as { eventId?: unknown } | null)?.eventId;
    const isRecorded = this.namespace !== "/" && RECORDED.has(event) && typeof id === "number";
    if (isRecorded && id <= (this.#lastEventId ?? -1)) return;
    this.#listeners.tell(event, payload);
    if (isRecorded) {
      this.#lastEventId = id;
      this.#options.onLastEventId?.(id);
    }
  }

  #become(status: SocketStatus): void {
    if (status !== "refused") this.#reason = undefined;
    if (status === this.#status) return;
    this.#status = status;
    this.#statusListeners.tell("status", status);
  }
}

function closed(): LockstepError {
  return new LockstepError(0, { error: "The socket is closed", code: "closed" });
}
