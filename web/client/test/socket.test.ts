import { beforeAll, expect, test } from "vitest";
import { BOOKING, Gateway } from "./gateway.js";
import { Heard } from "./heard.js";

let gateway: Gateway;
beforeAll(async () => {
  gateway = await Gateway.start();
  return () => gateway.end();
});

/** An admin, a customer with a booking, and the partner it is assigned to. */
async function house() {
  const admin = await gateway.admin();
  const [customer, partner] = [await gateway.customer(), await gateway.partner(admin)];
  const booking = await customer.client.post("/bookings", { body: BOOKING });
  const params = { path: { id: booking.id } };
  const assign = () =>
    admin.post("/bookings/{id}/assign", { params, body: { partnerId: partner.user.id } });
  return { admin, customer, partner, booking, assign };
}

test("customer and partner work on a booking, and hear of each other", async () => {
  const { customer, partner, booking, assign } = await house();
  const home = new Heard(customer.client, "/customer", [
    "partner:assigned",
    "booking:status_updated",
    "partner:location_update",
  ]);
  const road = new Heard(partner.client, "/partner", ["booking:new_request", "earnings:updated"]);
  await Promise.all([home.is("connected"), road.is("connected")]);
  await assign();
  await Promise.all([home.count("partner:assigned", 1), road.count("booking:new_request", 1)]);
  expect(home.all("partner:assigned")[0]?.partner).toMatchObject({ name: "Ratna" });
  expect(road.all("booking:new_request")[0]).toMatchObject({ bookingId: booking.id, amount: 999 });

  const accepted = await road.socket.send("booking:accept", booking.id);
  expect(accepted.booking).toMatchObject({ id: booking.id, status: "PARTNER_ACCEPTED" });
  const tracked = await home.socket.send("booking:track", booking.id);
  expect(tracked).toMatchObject({ ok: true, booking: { id: booking.id }, location: null });
  road.socket.tell("location:update", { latitude: 28.6139, longitude: 77.209 });
  await home.count("partner:location_update", 1);
  expect(home.all("partner:location_update")[0]?.location.latitude).toBe(28.6139);

  for (const status of ["IN_PROGRESS", "COMPLETED"]) {
    await road.socket.send("booking:status_update", { bookingId: booking.id, status });
  }
  await road.count("earnings:updated", 1);
  expect(road.all("earnings:updated")[0]).toMatchObject({ amount: 999, currency: "USD" });
});

test("people of a booking write to each other", async () => {
  const { customer, partner, booking, assign } = await house();
  await assign();
  const home = new Heard(customer.client, "/customer", ["message:read", "typing:indicator"]);
  const road = new Heard(partner.client, "/partner", ["message:received"]);
  await Promise.all([home.is("connected"), road.is("connected")]);
  const message = { recipientId: partner.user.id, message: "When?", bookingId: booking.id };
  const sent = await home.socket.send("message:send", message);
  await road.count("message:received", 1);
  expect(road.all("message:received")[0]).toMatchObject({ id: sent.id, message: "When?" });
  await road.socket.send("message:mark_read", sent.id);
  await home.count("message:read", 1);
  await road.socket.send("typing:start", customer.user.id);
  await home.count("typing:indicator", 1);
  expect(home.all("typing:indicator")).toEqual([{ userId: partner.user.id, typing: true }]);
});

test("a refused event is an error with its code", async () => {
  const { customer, booking } = await house();
  const stranger = new Heard((await gateway.customer()).client, "/customer", ["error"]);
  const track = stranger.socket.send("booking:track", booking.id);
  await expect(track).rejects.toMatchObject({ name: "LockstepError", code: "not_found" });
  const empty = { recipientId: customer.user.id, message: "" };
  const send = stranger.socket.send("message:send", empty);
  await expect(send).rejects.toMatchObject({ code: "invalid_request" });
});

test("an admin sees figures and every booking", async () => {
  const { admin } = await house();
  const desk = new Heard(admin, "/admin", ["booking:created", "dashboard:stats_update"]);
  await desk.socket.send("monitor:bookings");
  const { stats } = await desk.socket.send("request:stats");
  expect(stats.bookings.total).toBeGreaterThan(0);
  const { client } = await gateway.customer();
  const made = await client.post("/bookings", { body: BOOKING });
  await desk.count("booking:created", 1);
  expect(desk.all("booking:created")[0]).toMatchObject({ bookingId: made.id, currency: "USD" });
});

test("stock falls for everybody, without a sign-in, and only where it is asked for", async () => {
  const admin = await gateway.admin();
  const variants = [{ size: "M", colorVariants: [{ color: "Red", stock: 9 }] }];
  const product = { title: "Shirt", price: 100, currency: "L.E.", sizeVariants: variants };
  const one = await admin.post("/api/products", { body: product });
  const other = await admin.post("/api/products", { body: product });
  const shop = new Heard(gateway.client(), "/", ["STOCK_REDUCED"]);
  expect(await shop.socket.send("stock:subscribe", [one._id])).toEqual({ ok: true, count: 1 });
  for (const { _id } of [other, one]) {
    const items = [{ productId: _id, size: "M", color: "Red", quantity: 2 }];
    const params = { query: { orderId: `order-${_id}` } };
    await admin.post("/api/stock/reduce", { params, body: { items } });
  }
  await shop.count("STOCK_REDUCED", 1);
  expect(shop.all("STOCK_REDUCED")[0]).toMatchObject({ productId: one._id, stock: 7 });
});

test("the wrong role is refused for good, and so is nobody", async () => {
  const { client } = await gateway.customer();
  const wrong = new Heard(client, "/partner", []);
  await wrong.is("refused");
  expect(wrong.socket.reason?.message).toBe("Role customer may not use /partner");
  await expect(wrong.socket.send("booking:accept", "any")).rejects.toBe(wrong.socket.reason);

  const stranger = gateway.client();
  const nobody = new Heard(stranger, "/customer", []);
  await nobody.is("refused");
  expect(nobody.socket.reason?.message).toBe("Authentication required");
  const person = { email: "later@lockstep.test", password: "correct horse battery", name: "Ayu" };
  await stranger.session.register(person);
  nobody.socket.connect();
  await nobody.is("connected");
});

test("the documents from which the types come are those that the gateway serves", async () => {
  for (const name of ["openapi", "asyncapi"]) {
    const committed = await import(`../../../docs/${name}.json`, { with: { type: "json" } });
    const served = await fetch(`${gateway.url}/api/${name}.json`);
    expect(await served.json()).toEqual(committed.default);
  }
});
