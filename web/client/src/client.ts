import createFetchClient, {
  type Client,
  type FetchResponse,
  type MaybeOptionalInit,
} from "openapi-fetch";
import type { HttpMethod, PathsWithMethod, RequiredKeysOf } from "openapi-typescript-helpers";
import { noAnswer, refusal } from "./error.js";
import { Session } from "./session.js";
import { type Given, GivenToken, type TokenSource } from "./tokens.js";
import type { paths } from "./types.js";

/** How to reach a gateway, and as whom. */
export interface LockstepOptions {
  /** Where the gateway is, such as `https://lockstep.example.com`; in a browser the page's own origin if left out. */
  baseUrl?: string | undefined;
  /** The token of a program (`lk_…`), or whatever gives a token. Left out, people sign in by `session`. */
  token?: Given | undefined;
  /**
   * Where the refresh token is: `cookie`, which no script can read (the default in browsers), or `token`, in memory (the
   * default elsewhere).
   */
  refresh?: "cookie" | "token" | undefined;
  /** A refresh token that was kept, for `session.resume()`. */
  refreshToken?: string | undefined;
  /** Is told each new refresh token, so that it can be kept; nothing when the session is over. */
  onRefreshToken?: ((token: string | undefined) => void) | undefined;
  /** For which organization sales documents are; for members of one it can be left out. */
  organizationId?: string | undefined;
  /** Talks to the built-in simulator instead of Metakocka; for admins of the organization. */
  testMode?: boolean | undefined;
  /** Another `fetch` than the global one. */
  fetch?: typeof globalThis.fetch | undefined;
}

type InitParam<Init> =
  RequiredKeysOf<Init> extends never
    ? [(Init & { [key: string]: unknown })?]
    : [Init & { [key: string]: unknown }];

type Data<Operation extends Record<string | number, unknown>, Init> = Extract<
  FetchResponse<Operation, Init, `${string}/${string}`>,
  { error?: never }
>["data"];

/** Calls a path of the OpenAPI document; gives its data, or throws a {@link LockstepError}. */
export type Call<Method extends HttpMethod> = <
  Path extends PathsWithMethod<paths, Method>,
  Init extends MaybeOptionalInit<paths[Path], Method>,
>(
  path: Path,
  ...init: InitParam<Init>
) => Promise<Data<paths[Path][Method] & Record<string | number, unknown>, Init>>;

/** A gateway, spoken to as somebody. */
export interface Lockstep {
  readonly baseUrl: string;
  /** Signing in and out. Does nothing useful where a token was given. */
  readonly session: Session;
  readonly tokens: TokenSource;
  readonly get: Call<"get">;
  readonly post: Call<"post">;
  readonly put: Call<"put">;
  readonly patch: Call<"patch">;
  readonly delete: Call<"delete">;
  /** The same calls with their whole answers: headers, status, and errors that are not thrown. */
  readonly raw: Client<paths>;
}

/** Makes a client. It calls nothing yet. */
export function createClient(options: LockstepOptions = {}): Lockstep {
  const baseUrl = base(options.baseUrl);
  const fetch = options.fetch ?? ((...args) => globalThis.fetch(...args));
  const isPage = typeof globalThis.document !== "undefined";
  const session = new Session({
    baseUrl,
    fetch,
    refresh: options.refresh ?? (isPage ? "cookie" : "token"),
    refreshToken: options.refreshToken,
    onRefreshToken: options.onRefreshToken,
  });
  const tokens = options.token === undefined ? session : new GivenToken(options.token);
  const raw = createFetchClient<paths>({
    baseUrl,
    fetch: (request) => send(request, tokens, fetch),
    querySerializer: { array: { style: "form", explode: false } },
  });
  raw.use({
    onRequest({ request, schemaPath }) {
      if (!ORGANIZED.some((route) => schemaPath.startsWith(route))) return;
      const { organizationId, testMode } = options;
      if (organizationId) addHeader(request, "X-Organization-Id", organizationId);
      if (testMode) addHeader(request, "X-Test-Mode", "true");
      return request;
    },
  });
  return {
    baseUrl,
    session,
    tokens,
    get: call(raw, "GET") as Call<"get">,
    post: call(raw, "POST") as Call<"post">,
    put: call(raw, "PUT") as Call<"put">,
    patch: call(raw, "PATCH") as Call<"patch">,
    delete: call(raw, "DELETE") as Call<"delete">,
    raw,
  };
}

/** What acts for an organization. */
const ORGANIZED = ["/api/sales-documents", "/api/integrations/"];

function addHeader(request: Request, name: string, value: string): void {
  if (!request.headers.has(name)) request.headers.set(name, value);
}

function base(given: string | undefined): string {
  const url = given ?? globalThis.location?.origin;
  if (!url) throw new TypeError("baseUrl is needed outside of browsers");
  return new URL(url).href.replace(/\/+$/, "");
}

/** Sends with a good token; once more with another one where it was refused, for it may have ended on the way. */
async function send(
  request: Request,
  tokens: TokenSource,
  fetch: typeof globalThis.fetch,
): Promise<Response> {
  if (request.headers.has("Authorization")) return fetch(request);
  const token = await tokens.accessToken();
  if (token === undefined) return fetch(request);
  const again = request.clone();
  request.headers.set("Authorization", `Bearer ${token}`);
  const response = await fetch(request);
  if (response.status !== 401) return response;
  const other = await tokens.accessToken(token).catch(() => undefined);
  if (other === undefined) return response;
  again.headers.set("Authorization", `Bearer ${other}`);
  return fetch(again);
}

type Answer = { data?: unknown; error?: unknown; response: Response };

function call(raw: Client<paths>, method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE") {
  const ask = raw[method] as (path: string, init?: object) => Promise<Answer>;
  return async (path: string, init?: object): Promise<unknown> => {
    const { data, error, response } = await ask(path, init).catch((cause: unknown) => {
      throw noAnswer(cause);
    });
    if (!response.ok) throw refusal(response, error);
    return data;
  };
}
