/** Where calls and sockets get their tokens from. */
export interface TokenSource {
  /**
   * A token that is good; nothing where nobody is signed in. `refused` is a token that the gateway did not accept: the
   * answer is another one, or nothing.
   */
  accessToken(refused?: string): Promise<string | undefined>;
  /** When, by this machine's clock, another token than `token` should be asked for; nothing where it does not matter. */
  staleAt(token: string): number | undefined;
}

/** A token, or what gives one; the function is told the token that was refused, where one was. */
export type Given =
  | string
  | ((refused?: string) => string | undefined | Promise<string | undefined>);

/** The token of a program, or whatever a function says. */
export class GivenToken implements TokenSource {
  readonly #give: Exclude<Given, string>;

  constructor(given: Given) {
    this.#give = typeof given === "string" ? () => given : given;
  }

  async accessToken(refused?: string): Promise<string | undefined> {
    const token = await this.#give(refused);
    return token === refused ? undefined : token;
  }

  staleAt(token: string): number | undefined {
    const end = expiry(token);
    return end === undefined ? undefined : end - MARGIN_MS;
  }
}

/** A token so close to its end may be over when it arrives. */
export const MARGIN_MS = 30_000;

/** When a JWT ends; nothing where it is none. */
function expiry(token: string): number | undefined {
  const payload = token.split(".")[1];
  if (!payload) return undefined;
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    const exp = (claims as { exp?: unknown } | null)?.exp;
    return typeof exp === "number" ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
