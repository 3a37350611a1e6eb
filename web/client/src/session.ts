import { LockstepError, noAnswer, refusal } from "./error.js";
import { MARGIN_MS, type TokenSource } from "./tokens.js";
import type { Schemas, SignedIn, User } from "./types.js";

/** Who is signed in; `expired` tells a session that ended by itself from one that was never there or signed out. */
export type SessionState = { user: User } | { user: undefined; expired: boolean };

export interface SessionOptions {
  baseUrl: string;
  fetch: typeof globalThis.fetch;
  /** Where the refresh token is: in the cookie that no script can read, or in this object. */
  refresh: "cookie" | "token";
  /** A refresh token that was kept. */
  refreshToken?: string | undefined;
  /** Is told each new refresh token, since each is good once; nothing when the session is over. */
  onRefreshToken?: ((token: string | undefined) => void) | undefined;
}

interface Access {
  token: string;
  staleAt: number;
  endsAt: number;
}

/**
 * Somebody who signs in with a password. The access token is in this object and nowhere else; one refresh runs at a
 * time, in a browser also over all its tabs, because a refresh token that is used twice ends the session.
 */
export class Session implements TokenSource {
  readonly #options: SessionOptions;
  readonly #listeners = new Set<(state: SessionState) => void>();
  #state: SessionState = { user: undefined, expired: false };
  #access: Access | undefined;
  #refreshToken: string | undefined;
  #refreshing: Promise<string | undefined> | undefined;
  /** Grows when somebody signs in or out: an answer to an older question does not count any more. */
  #turn = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#refreshToken = options.refreshToken;
  }

  get state(): SessionState {
    return this.#state;
  }

  get user(): User | undefined {
    return this.#state.user;
  }

  /** Calls `listener` whenever somebody signs in or out, or the session ends; gives back how to stop that. */
  subscribe = (listener: (state: SessionState) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Signs in with e-mail address and password. */
  signIn(credentials: Schemas["LoginRequest"]): Promise<User> {
    return this.#enter("/api/auth/login", credentials);
  }

  /** Registers as a customer, and is signed in. */
  register(person: Schemas["RegisterRequest"]): Promise<User> {
    return this.#enter("/api/auth/register", person);
  }

  /** Registers as a partner, and is signed in. */
  registerPartner(person: Schemas["RegisterPartnerRequest"]): Promise<User> {
    return this.#enter("/api/partners", person);
  }

  /** Goes on where a page that was reloaded, or a process that ended, left off; nothing where there is no session. */
  async resume(): Promise<User | undefined> {
    await this.#renew();
    return this.user;
  }

  /** Signs out, here at once and also when the gateway cannot be reached. The gateway hears of it even if the page goes. */
  async signOut(): Promise<void> {
    const body = this.#refreshToken === undefined ? {} : { refreshToken: this.#refreshToken };
    this.#turn += 1;
    this.#end(false);
    const response = await this.#post("/api/auth/logout", body, { keepalive: true });
    if (!response.ok) throw refusal(response, await bodyOf(response));
  }

  async accessToken(refused?: string): Promise<string | undefined> {
    const access = this.#access;
    if (access && access.token !== refused && Date.now() < access.staleAt) return access.token;
    if (!access && !this.#refreshing && !this.#refreshToken) return undefined;
    try {
      return await this.#renew();
    } catch (error) {
      // It is stale, not over: as long as it is good it will do.
      if (access && access.token !== refused && Date.now() < access.endsAt) return access.token;
      throw error;
    }
  }

  staleAt(token: string): number | undefined {
    return this.#access?.token === token ? this.#access.staleAt : undefined;
  }

  async #enter(path: string, body: unknown): Promise<User> {
    const turn = ++this.#turn;
    const response = await this.#post(path, body);
    const answer = await bodyOf(response);
    if (!response.ok) throw refusal(response, answer);
    const signedIn = answer as SignedIn;
    if (turn === this.#turn) this.#keep(signedIn);
    return signedIn.user;
  }

  #renew(): Promise<string | undefined> {
    this.#refreshing ??= this.#alone(() => this.#refresh()).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<string | undefined> {
    const { refresh } = this.#options;
    if (refresh === "token" && this.#refreshToken === undefined) {
      this.#end(this.user !== undefined);
      return undefined;
    }
    const turn = this.#turn;
    const body = this.#refreshToken === undefined ? {} : { refreshToken: this.#refreshToken };
    const response = await this.#post("/api/auth/refresh", body);
    const answer = await bodyOf(response);
    if (turn !== this.#turn) return this.#access?.token;
    if (response.ok) return this.#keep(answer as SignedIn);
    if (response.status !== 401) throw refusal(response, answer);
    this.#end(this.user !== undefined);
    return undefined;
  }

  /** Over all tabs of a browser there is one cookie, so also one refresh at a time. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const locks = this.#options.refresh === "cookie" ? globalThis.navigator?.locks : undefined;
    return locks ? (locks.request("lockstep-refresh", work) as Promise<T>) : work();
  }

  #keep(answer: SignedIn): string {
    const lifetime = answer.expiresIn * 1000;
    const endsAt = Date.now() + lifetime;
    const staleAt = endsAt - Math.min(MARGIN_MS, lifetime / 2);
    this.#access = { token: answer.accessToken, staleAt, endsAt };
    if (this.#options.refresh === "token") {
      this.#refreshToken = answer.refreshToken;
      this.#options.onRefreshToken?.(answer.refreshToken);
    }
    this.#become({ user: answer.user });
    return answer.accessToken;
  }

  #end(expired: boolean): void {
    this.#access = undefined;
    if (this.#refreshToken !== undefined) {
      this.#refreshToken = undefined;
      this.#options.onRefreshToken?.(undefined);
    }
    this.#become({ user: undefined, expired });
  }

  #become(state: SessionState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener(state);
  }

  async #post(path: string, body: unknown, more: RequestInit = {}): Promise<Response> {
    const { baseUrl, fetch, refresh } = this.#options;
    try {
      return await fetch(baseUrl + path, {
        ...more,
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        credentials: refresh === "cookie" ? "include" : "omit",
      });
    } catch (error) {
      throw noAnswer(error);
    }
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text().catch((error: unknown) => {
    throw noAnswer(error);
  });
  try {
    return JSON.parse(text);
  } catch {
    if (response.ok) throw new LockstepError(response.status, { code: "unexpected_answer" });
    return text;
  }
}
