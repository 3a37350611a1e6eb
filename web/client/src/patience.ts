const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** A connection that lasted so long was a good one. */
const GOOD_MS = 10_000;

/** How long to wait before trying again: twice as long each time, with jitter, from the start after a good connection. */
export class Patience {
  readonly #retry: () => void;
  #failures = 0;
  #since: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(retry: () => void) {
    this.#retry = retry;
  }

  begin(): void {
    this.stop();
    this.#since = Date.now();
  }

  end(): void {
    if (this.#since !== undefined && Date.now() - this.#since >= GOOD_MS) this.#failures = 0;
    this.#since = undefined;
  }

  retry(): void {
    this.stop();
    const longest = Math.min(FIRST_MS * 2 ** this.#failures, LONGEST_MS);
    this.#failures += 1;
    this.#timer = setTimeout(this.#retry, longest * (0.5 + Math.random() / 2));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
