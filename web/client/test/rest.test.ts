import { beforeAll, expect, test } from "vitest";
import { createClient, LockstepError } from "../src/index.js";
import { ADMIN, BOOKING, Gateway } from "./gateway.js";

let gateway: Gateway;
beforeAll(async () => {
  gateway = await Gateway.start();
  return () => gateway.end();
});

const failure = async (call: Promise<unknown>): Promise<LockstepError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LockstepError);
  return error as LockstepError;
};

test("a wrong password is refused with the gateway's sentence, code and request id", async () => {
  const client = gateway.client();
  const error = await failure(client.session.signIn({ ...ADMIN, password: "something else" }));
  expect(error).toMatchObject({ status: 401, code: "unauthenticated" });
  expect(error.message).not.toBe("");
  expect(error.requestId).toBeTruthy();
  expect(client.session.state).toEqual({ user: undefined, expired: false });
});

test("signing in and out is told to whoever listens", async () => {
  const client = gateway.client();
  const states: unknown[] = [];
  client.session.subscribe((state) => states.push(state.user?.email));
  await client.session.signIn(ADMIN);
  expect((await client.get("/api/auth/me")).role).toBe("admin");
  await client.session.signOut();
  expect(states).toEqual([ADMIN.email, undefined]);
  expect((await failure(client.get("/api/auth/me"))).code).toBe("unauthenticated");
});

test("a booking is made, read and listed with its types", async () => {
  const { client, user } = await gateway.customer();
  const made = await client.post("/bookings", { body: BOOKING });
  expect(made).toMatchObject({ customerId: user.id, amount: 999, status: "PENDING" });
  const params = { path: { id: made.id } };
  expect(await client.get("/bookings/{id}", { params })).toEqual(made);
  expect((await client.get("/bookings", { params: { query: { perPage: 5 } } })).total).toBe(1);
});

test("fields that are wrong are named", async () => {
  const { client } = await gateway.customer();
  const body = { ...BOOKING, service: "" };
  const error = await failure(client.post("/bookings", { body }));
  expect(error).toMatchObject({ status: 400, code: "invalid_request" });
  expect(error.field("service")).toBeTruthy();
  expect(error.field("address")).toBeUndefined();
});

test("somebody else's booking is not found", async () => {
  const [one, other] = [await gateway.customer(), await gateway.customer()];
  const { id } = await one.client.post("/bookings", { body: BOOKING });
  const error = await failure(other.client.get("/bookings/{id}", { params: { path: { id } } }));
  expect(error).toMatchObject({ status: 404, code: "not_found" });
});

test("a program works with its token, and is refused once it is revoked", async () => {
  const admin = await gateway.admin();
  const body = { name: "shop", scopes: ["stock:write" as const] };
  const { token, id } = await admin.post("/api/service-tokens", { body });
  const shop = gateway.client({ token });
  const product = await shop.post("/api/products", {
    body: {
      title: "Shirt",
      price: 100,
      currency: "L.E.",
      sizeVariants: [{ size: "M", colorVariants: [{ color: "Red", stock: 3 }] }],
    },
  });
  const items = [{ productId: product._id, size: "M", color: "Red", quantity: 2 }];
  const query = { afterOrder: true, orderId: "order-1" };
  const sold = await shop.post("/api/stock/reduce", { params: { query }, body: { items } });
  expect(sold.results).toMatchObject([{ newStock: 1, status: "success" }]);
  const again = { ...query, orderId: "order-2" };
  const error = await failure(
    shop.post("/api/stock/reduce", { params: { query: again }, body: { items } }),
  );
  expect(error).toMatchObject({ status: 409, code: "insufficient_stock" });
  expect(error.body["errors"]).toMatchObject([{ available: 1, requested: 2 }]);
  await admin.delete("/api/service-tokens/{id}", { params: { path: { id } } });
  expect((await failure(shop.get("/api/stock/movements"))).status).toBe(401);
});

test("raw gives the headers of an answer, and does not throw", async () => {
  const { response, data } = await gateway.client().raw.GET("/api/stock/sync", {
    params: { query: { productIds: "one,two" } },
  });
  expect(data?.missing).toEqual(["one", "two"]);
  expect(Number.parseInt(response.headers.get("X-Stock-Timestamp") ?? "", 10)).toBeGreaterThan(0);
});

test("a gateway that cannot be reached is an error with its own code", async () => {
  const error = await failure(createClient({ baseUrl: "http://127.0.0.1:1" }).get("/api/products"));
  expect(error).toMatchObject({ status: 0, code: "unreachable" });
  expect(error.cause).toBeDefined();
});

test("what is not the gateway's answer is told from it", async () => {
  const fetch = async () => new Response("<h1>Bad gateway</h1>", { status: 502 });
  const error = await failure(gateway.client({ fetch }).get("/api/products"));
  expect(error).toMatchObject({ status: 502, code: "unexpected_answer", requestId: undefined });
});

test("a call that is given up ends as an AbortError", async () => {
  const abort = new AbortController();
  abort.abort();
  const call = gateway.client().get("/api/products", { signal: abort.signal });
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
});
