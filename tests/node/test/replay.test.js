import assert from 'node:assert/strict';
import test from 'node:test';
import { join, open } from '../harness/client.js';
import { house } from '../harness/gateway.js';

/** A client that keeps every recorded event by its id, and comes back with the last it has. */
function faithful(t, gateway, namespace, person) {
  const auth = { token: person.token, lastEventId: 0 };
  const client = open(t, gateway, namespace, (hand) => hand(auth));
  const got = [];
  client.socket.onAny((name, payload) => {
    if (!Number.isInteger(payload?.eventId)) return;
    auth.lastEventId = Math.max(auth.lastEventId, payload.eventId);
    got.push({ name, payload });
  });
  return { client, got };
}

/** What REST says was meant for somebody. */
async function meant(site, person) {
  const all = [];
  for (let after = 0; ; ) {
    const { items } = await site.gateway.call('GET', `/api/events?after=${after}`, { token: person.token });
    if (items.length === 0) return all;
    all.push(...items);
    after = items.at(-1).eventId;
  }
}

async function proves(site, person, { client, got }) {
  const wanted = await meant(site, person);
  const last = wanted.at(-1).eventId;
  await client.until(`event ${last}`, () => got.some(({ payload }) => payload.eventId === last));
  const seen = new Map();
  for (const { name, payload } of got) if (!seen.has(payload.eventId)) seen.set(payload.eventId, name);
  assert.deepEqual([...seen], wanted.map(({ eventId, event }) => [eventId, event]));
}

test('a client that comes back gets what it missed, in order, once', async (t) => {
  const site = await house(t);
  const [customer, partner] = [await site.customer(), await site.partner()];
  const booking = await site.booking(customer);
  await site.assign(booking, partner);
  const app = faithful(t, site.gateway, '/customer', customer);
  await app.client.heard('partner:assigned');
  app.client.socket.disconnect();
  for (const status of ['PARTNER_ACCEPTED', 'IN_PROGRESS', 'COMPLETED']) await site.move(booking, partner, { status });
  app.client.socket.connect();
  await app.client.heard('booking:status_updated', (e) => e.status === 'COMPLETED');
  await proves(site, customer, app);
  const ids = app.got.map(({ payload }) => payload.eventId);
  assert.equal(new Set(ids).size, ids.length, 'none came twice');
});

test('who names no cursor gets nothing of before, who names 0 gets all', async (t) => {
  const site = await house(t);
  const [customer, partner] = [await site.customer(), await site.partner()];
  const booking = await site.booking(customer);
  await site.assign(booking, partner);
  const fresh = await join(t, site.gateway, '/customer', { token: customer.token });
  const all = faithful(t, site.gateway, '/customer', customer);
  await all.client.heard('partner:assigned');
  await site.move(booking, partner, { status: 'PARTNER_ACCEPTED' });
  await fresh.heard('booking:status_updated', (e) => e.status === 'PARTNER_ACCEPTED');
  assert.deepEqual(fresh.all('partner:assigned'), []);
  await proves(site, customer, all);
});

test('an admin with a cursor gets missed booking events without asking', async (t) => {
  const site = await house(t);
  const customer = await site.customer();
  const booking = await site.booking(customer);
  const desk = faithful(t, site.gateway, '/admin', { token: site.admin });
  const created = await desk.client.heard('booking:created');
  assert.ok(JSON.stringify(created).includes(booking.id));
});

for (const kind of ['sqlite', 'postgres']) {
  test(`a killed gateway loses nothing for anybody, on ${kind}`, async (t) => {
    const site = await house(t, kind);
    const partner = await site.partner();
    const customers = await Promise.all(Array.from({ length: 6 }, () => site.customer()));
    const bookings = await Promise.all(customers.map((customer) => site.booking(customer)));
    const apps = customers.map((customer) => faithful(t, site.gateway, '/customer', customer));
    const car = faithful(t, site.gateway, '/partner', partner);
    await Promise.all(bookings.map((booking) => site.assign(booking, partner)));
    const steps = ['PARTNER_ACCEPTED', 'IN_PROGRESS', 'COMPLETED'];
    for (const status of steps) {
      // The answers may be lost with the gateway; whatever was committed must arrive all the same.
      const moves = bookings.map((booking) => site.move(booking, partner, { status }).catch(() => undefined));
      await Promise.race(moves);
      await site.gateway.kill();
      await Promise.all(moves);
      await site.gateway.restart();
      for (const booking of bookings) await site.move(booking, partner, { status }).catch(() => undefined);
    }
    for (const [n, app] of apps.entries()) {
      await app.client.heard('booking:status_updated', (e) => e.status === 'COMPLETED');
      await proves(site, customers[n], app);
    }
    await proves(site, partner, car);
  });
}
