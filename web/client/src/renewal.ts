import type { Socket } from "socket.io-client";
import type { TokenSource } from "./tokens.js";

/** Timers cannot wait longer than 24 days; a day is as good. */
const LONGEST_MS = 86_400_000;
const SHORTEST_MS = 250;
/** After a renewal that failed. */
const AGAIN_MS = 5_000;

/** Gives a connection a new token before its old one ends, so that it need not end. */
export class Renewal {
  readonly #socket: Socket;
  readonly #tokens: TokenSource;
  readonly #patience: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Grows with each connection: what an older one awaited does not matter any more. */
  #turn = 0;

  constructor(socket: Socket, tokens: TokenSource, patience: number) {
    this.#socket = socket;
    this.#tokens = tokens;
    this.#patience = patience;
  }

  /** Looks after the token that a connection began with. */
  watch(token: string | undefined): void {
    this.stop();
    if (token === undefined) return;
    // A token that others renewed meanwhile has no time any more: it is renewed here at once too.
    this.#wait(this.#tokens.staleAt(token) ?? Date.now());
  }

  stop(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
  }

  #wait(until: number): void {
    const turn = this.#turn;
    const wait = Math.min(Math.max(until - Date.now(), SHORTEST_MS), LONGEST_MS);
    this.#timer = setTimeout(() => void this.#renew(turn), wait);
  }

  async #renew(turn: number): Promise<void> {
    try {
      const token = await this.#tokens.accessToken();
      if (turn !== this.#turn || token === undefined) return;
      const ack: { ok: boolean } = await this.#socket
        .timeout(this.#patience)
        .emitWithAck("auth:refresh", { token });
      if (turn !== this.#turn) return;
      if (ack.ok) this.#wait(this.#tokens.staleAt(token) ?? Date.now() + LONGEST_MS);
    } catch {
      if (turn === this.#turn) this.#wait(Date.now() + AGAIN_MS);
    }
  }
}
