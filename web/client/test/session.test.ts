import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { Gateway } from "./gateway.js";

let gateway: Gateway;
beforeAll(async () => {
  gateway = await Gateway.start();
  return () => gateway.end();
});
afterEach(() => vi.useRealTimers());

/** `fetch` that counts what goes to each path, and may answer by itself. */
function counting(answer?: (request: Request) => Response | undefined) {
  const count: Record<string, number> = {};
  const counted: typeof fetch = (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    count[pathname] = (count[pathname] ?? 0) + 1;
    const own = answer?.(request);
    return own ? Promise.resolve(own) : fetch(request);
  };
  return { count, fetch: counted };
}

/** Refuses the first `times` calls with a token, as after its end. */
function refusing(times: number, path = "/api/auth/me") {
  let left = times;
  return counting((request) => {
    if (!request.url.endsWith(path) || left === 0) return undefined;
    left -= 1;
    return Response.json({ code: "unauthenticated", error: "Token expired" }, { status: 401 });
  });
}

test("a token that was refused is renewed once, and the call made again", async () => {
  const { count, fetch } = refusing(1);
  const client = await gateway.admin({ fetch });
  expect((await client.get("/api/auth/me")).role).toBe("admin");
  expect(count).toMatchObject({ "/api/auth/refresh": 1, "/api/auth/me": 2 });
});

test("a second refusal stands", async () => {
  const { count, fetch } = refusing(2);
  const client = await gateway.admin({ fetch });
  await expect(client.get("/api/auth/me")).rejects.toMatchObject({ status: 401 });
  expect(count).toMatchObject({ "/api/auth/refresh": 1, "/api/auth/me": 2 });
});

test("many calls that are refused at once share one refresh", async () => {
  const { count, fetch } = refusing(10);
  const client = await gateway.admin({ fetch });
  const calls = Array.from({ length: 10 }, () => client.get("/api/auth/me"));
  for (const me of await Promise.all(calls)) expect(me.role).toBe("admin");
  expect(count).toMatchObject({ "/api/auth/refresh": 1, "/api/auth/me": 20 });
});

test("a body is sent again with the call", async () => {
  const { fetch } = refusing(1, "/api/organizations");
  const client = await gateway.admin({ fetch });
  const made = await client.post("/api/organizations", { body: { name: "Second try" } });
  expect(made.name).toBe("Second try");
});

test("a token that is about to end is renewed before the call, so nothing is refused", async () => {
  const { count, fetch } = counting();
  const client = await gateway.admin({ fetch });
  await client.get("/api/auth/me");
  expect(count["/api/auth/refresh"]).toBeUndefined();
  // Tokens are good for 900 s.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 880_000 });
  await client.get("/api/auth/me");
  expect(count).toMatchObject({ "/api/auth/refresh": 1, "/api/auth/me": 2 });
});

test("a refresh token that was kept goes on where a process left off, once", async () => {
  const kept: (string | undefined)[] = [];
  const onRefreshToken = (token: string | undefined) => kept.push(token);
  await gateway.admin({ onRefreshToken });
  const [refreshToken] = kept as [string];
  const later = gateway.client({ refreshToken, onRefreshToken });
  expect((await later.session.resume())?.role).toBe("admin");
  expect(kept).toHaveLength(2);
  expect(kept[1]).not.toBe(refreshToken);
  const thief = gateway.client({ refreshToken });
  expect(await thief.session.resume()).toBeUndefined();
});

test("a session that ended by itself is told as expired", async () => {
  let refreshToken: string | undefined;
  const client = await gateway.admin({ onRefreshToken: (token) => (refreshToken = token) });
  const ended = { refreshToken: refreshToken as string };
  await gateway.client().post("/api/auth/logout", { body: ended });
  expect(await client.session.resume()).toBeUndefined();
  expect(client.session.state).toEqual({ user: undefined, expired: true });
  expect(refreshToken).toBeUndefined();
});

test("a gateway that cannot be reached ends no session", async () => {
  let isDown = false;
  const client = await gateway.admin({
    fetch: (...args) => (isDown ? Promise.reject(new TypeError("fetch failed")) : fetch(...args)),
  });
  isDown = true;
  await expect(client.session.resume()).rejects.toMatchObject({ code: "unreachable" });
  expect(client.session.user?.role).toBe("admin");
  isDown = false;
  expect((await client.session.resume())?.role).toBe("admin");
});

test("a token that is stale but good will do while it cannot be renewed", async () => {
  const { count, fetch } = counting((request) =>
    request.url.endsWith("/refresh") ? new Response("", { status: 503 }) : undefined,
  );
  const client = await gateway.admin({ fetch });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 880_000 });
  expect((await client.get("/api/auth/me")).role).toBe("admin");
  expect(count["/api/auth/refresh"]).toBe(1);
  vi.setSystemTime(Date.now() + 30_000);
  await expect(client.get("/api/auth/me")).rejects.toMatchObject({ status: 503 });
});

test("with the cookie no script holds a refresh token", async () => {
  let cookie: string | undefined;
  const bodies: string[] = [];
  /** What a browser does with cookies. */
  const jar: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.url.includes("/api/auth/")) bodies.push(await request.clone().text());
    if (cookie && request.url.includes("/api/auth/")) request.headers.set("cookie", cookie);
    const response = await fetch(request);
    const set = response.headers.get("set-cookie");
    if (set) {
      expect(set).toMatch(/HttpOnly; SameSite=Strict; Path=\/api\/auth/);
      cookie = set.split(";")[0];
    }
    return response;
  };
  const page = await gateway.admin({ refresh: "cookie", fetch: jar });
  const reloaded = gateway.client({ refresh: "cookie", fetch: jar });
  expect((await reloaded.session.resume())?.id).toBe(page.session.user?.id);
  await reloaded.session.signOut();
  expect(bodies.slice(1)).toEqual(["{}", "{}"]);
  expect(await gateway.client({ refresh: "cookie", fetch: jar }).session.resume()).toBeUndefined();
});

test("signing out outlives the page that does it", async () => {
  const outlives: Record<string, boolean> = {};
  const page = await gateway.admin({
    fetch: (input, init) => {
      const request = new Request(input, init);
      outlives[new URL(request.url).pathname] = request.keepalive;
      return fetch(request);
    },
  });
  await page.session.signOut();
  expect(outlives).toEqual({ "/api/auth/login": false, "/api/auth/logout": true });
});
