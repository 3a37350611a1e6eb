import { expect, onTestFinished, test } from "vitest";
import type { Lockstep } from "../src/index.js";
import { BOOKING, Gateway } from "./gateway.js";
import { Heard } from "./heard.js";

async function started(variables?: Record<string, string>): Promise<Gateway> {
  const gateway = await Gateway.start(variables);
  onTestFinished(() => gateway.end());
  return gateway;
}

/** Changes the status of a booking of `customer`'s as often as there are `statuses`. */
async function follow(admin: Lockstep, customer: Lockstep) {
  const { id } = await customer.post("/bookings", { body: BOOKING });
  const params = { path: { id } };
  return {
    id,
    move: async (...statuses: string[]) => {
      for (const status of statuses)
        await admin.patch("/bookings/{id}", { params, body: { status } });
    },
  };
}

test("what was missed while away comes in order and once, also before anything was heard", async () => {
  const gateway = await started();
  const [admin, { client }] = [await gateway.admin(), await gateway.customer()];
  const booking = await follow(admin, client);
  await booking.move("PARTNER_ACCEPTED");
  const seen: number[] = [];
  const home = new Heard(client, "/customer", ["booking:status_updated"], {
    onLastEventId: (id) => seen.push(id),
  });
  await home.is("connected");
  // From before it came: not news.
  expect(home.events).toEqual([]);
  home.socket.close();
  await booking.move("IN_PROGRESS", "COMPLETED");
  home.socket.connect();
  await home.count("booking:status_updated", 2);
  const statuses = home.all("booking:status_updated").map(({ status }) => status);
  expect(statuses).toEqual(["IN_PROGRESS", "COMPLETED"]);
  // Notifications of the same changes are recorded too.
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
  const heard = home.all("booking:status_updated").map(({ eventId }) => eventId);
  expect(seen).toEqual(expect.arrayContaining(heard));
  expect(home.socket.lastEventId).toBe(seen.at(-1));
});

test("a page that kept where it was goes on there", async () => {
  const gateway = await started();
  const [admin, { client }] = [await gateway.admin(), await gateway.customer()];
  const booking = await follow(admin, client);
  await booking.move("PARTNER_ACCEPTED");
  const first = new Heard(client, "/customer", ["booking:status_updated"], { lastEventId: 0 });
  await first.count("booking:status_updated", 1);
  first.socket.close();
  await booking.move("IN_PROGRESS");
  const lastEventId = first.socket.lastEventId as number;
  const second = new Heard(client, "/customer", ["booking:status_updated"], { lastEventId });
  await second.count("booking:status_updated", 1);
  expect(second.all("booking:status_updated")[0]?.status).toBe("IN_PROGRESS");
});

test("a gateway that is killed and comes back loses nothing, and what was followed is followed again", async () => {
  const gateway = await started();
  const [admin, { client }] = [await gateway.admin(), await gateway.customer()];
  const booking = await follow(admin, client);
  const home = new Heard(client, "/customer", ["booking:status_updated"]);
  const desk = new Heard(admin, "/admin", ["booking:updated"]);
  const shop = new Heard(client, "/", ["STOCK_UPDATED"]);
  await home.socket.send("booking:track", booking.id);
  await desk.socket.send("monitor:bookings");
  const variants = [{ size: "M", colorVariants: [{ color: "Red", stock: 9 }] }];
  const product = { title: "Shirt", price: 1, currency: "L.E.", sizeVariants: variants };
  const wanted = await admin.post("/api/products", { body: product });
  const other = await admin.post("/api/products", { body: product });
  await shop.socket.send("stock:subscribe", [wanted._id]);

  await gateway.kill();
  await Promise.all([home, desk, shop].map((one) => one.is("connecting")));
  await gateway.restart();
  await booking.move("PARTNER_ACCEPTED", "IN_PROGRESS");
  await Promise.all([home, desk, shop].map((one) => one.is("connected")));
  await booking.move("COMPLETED");
  await home.count("booking:status_updated", 3);
  await desk.count("booking:updated", 3);
  const productIds = [other._id, wanted._id];
  // The acks of the subscriptions are on their way before it, in the same socket.
  await expect
    .poll(async () => {
      await admin.post("/api/stock/sync", { body: { productIds } });
      return shop.all("STOCK_UPDATED").some(({ productId }) => productId === wanted._id);
    })
    .toBe(true);
});

test("a connection outlives its tokens", async () => {
  const gateway = await started({ ACCESS_TOKEN_TTL_SECONDS: "2" });
  const { client } = await gateway.customer();
  const home = new Heard(client, "/customer", ["error"]);
  await home.is("connected");
  let renewals = 0;
  client.session.subscribe(() => {
    renewals += 1;
  });
  await expect.poll(() => renewals, { timeout: 20_000 }).toBeGreaterThan(3);
  expect(home.statuses).toEqual(["connected"]);
  expect(home.events).toEqual([]);
});

test("somebody who is disabled is sent away and not let in again", async () => {
  const gateway = await started();
  const [admin, { client, user }] = [await gateway.admin(), await gateway.customer()];
  const home = new Heard(client, "/customer", ["error"]);
  await home.is("connected");
  const params = { path: { id: user.id } };
  await admin.patch("/api/accounts/{id}", { params, body: { disabled: true } });
  await home.is("refused");
  expect(home.all("error")).toMatchObject([{ code: "unauthenticated" }]);
  expect(client.session.state).toEqual({ user: undefined, expired: true });
});

test("an event sent before the connection is there waits for it", async () => {
  const gateway = await started();
  const [admin, { client }] = [await gateway.admin(), await gateway.customer()];
  const booking = await follow(admin, client);
  await gateway.kill();
  const home = new Heard(client, "/customer", []);
  const track = home.socket.send("booking:track", booking.id);
  await gateway.restart();
  expect(await track).toMatchObject({ ok: true, location: null });
});

test("no ack in time is an error that says so", async () => {
  const gateway = await started();
  const { client } = await gateway.customer();
  await gateway.kill();
  const home = new Heard(client, "/customer", [], { patience: 50 });
  await expect(home.socket.send("booking:track", "any")).rejects.toMatchObject({
    code: "unreachable",
  });
});
