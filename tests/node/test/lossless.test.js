// Clients flap, nodes are killed again and again, and at the end everybody has what was meant for them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { open } from '../harness/client.js';
import { house } from '../harness/gateway.js';

const KILLS = Number(process.env.KILLS ?? 20);
const CUSTOMERS = 20;
const DEVICES = 9;
const STATUSES = ['PARTNER_ACCEPTED', 'IN_PROGRESS', 'COMPLETED'];

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
const pick = (list) => list[Math.floor(Math.random() * list.length)];

/** A device that comes back with the last event it has, whatever happens to it. */
function device(t, gateway, namespace, person) {
  const auth = { token: person.token, lastEventId: 0 };
  const transports = Math.random() < 0.8 ? ['websocket'] : ['polling'];
  const client = open(t, gateway, namespace, (hand) => hand(auth), { transports });
  const got = new Map();
  let isOrdered = true;
  client.socket.onAny((name, payload) => {
    client.events.length = 0;
    const id = payload?.eventId;
    if (!Number.isInteger(id) || got.has(id)) return;
    if (id < auth.lastEventId) isOrdered = false;
    auth.lastEventId = Math.max(auth.lastEventId, id);
    got.set(id, name);
  });
  return { client, got, person, isOrdered: () => isOrdered };
}

/** Cuts a connection, and lets it come back at once, after 50 ms, or whenever. */
async function flap(one) {
  const { socket } = one.client;
  socket.io.engine?.close();
  if (Math.random() < 0.3) {
    socket.disconnect();
    await pause(pick([0, 50, 200]));
    socket.connect();
  }
}

/** Everything that REST says was meant for somebody. */
async function meant(gateway, person) {
  const all = [];
  for (let after = 0; ; after = all.at(-1)[0]) {
    const path = `/api/events?after=${after}`;
    const { items } = await gateway.call('GET', path, { token: person.token });
    if (items.length === 0) return all;
    all.push(...items.map(({ eventId, event }) => [eventId, event]));
  }
}

/** Changes bookings and sends messages, wherever a node answers. */
async function work({ site, gateways, people: { customers, partners }, over }) {
  while (!over()) {
    const [gateway, customer, partner] = [pick(gateways), pick(customers), pick(partners)];
    const call = (method, path, token, body) => gateway.call(method, path, { token, body });
    try {
      const booking = await call('POST', '/bookings', site.admin, {
        customerId: customer.id,
        partnerId: partner.id,
        service: 'Cleaning',
        scheduledAt: '2027-12-15T08:00:00.000Z',
        address: 'Here',
        amount: 10,
        currency: 'USD',
      });
      customer.partners.add(partner.id);
      for (const status of STATUSES) await call('PATCH', `/bookings/${booking.id}`, partner.token, { status });
    } catch {
      // The node was killed under the call; what it committed must arrive all the same.
      await pause(20);
    }
  }
}

async function talk(devices, over) {
  while (!over()) {
    const { client, person } = pick(devices);
    const recipientId = pick([...person.partners]);
    if (recipientId && client.socket.connected) {
      const message = { recipientId, message: 'When?' };
      await client.socket.timeout(500).emitWithAck('message:send', message).catch(() => undefined);
    }
    await pause(5);
  }
}

for (const [kind, count] of [
  ['sqlite', 1],
  ['postgres', 2],
]) {
  const title = `200 flapping clients miss nothing of ${count} killed node(s), on ${kind}`;
  test(title, { timeout: 240_000 }, async (t) => {
    const site = await house(t, kind);
    const gateways = [site.gateway];
    while (gateways.length < count) gateways.push(await site.node());
    const customers = await Promise.all(Array.from({ length: CUSTOMERS }, () => site.customer()));
    const partners = await Promise.all(Array.from({ length: 4 }, () => site.partner()));
    for (const person of [...customers, ...partners]) person.partners = new Set();

    const devices = [];
    for (const person of customers)
      for (let n = 0; n < DEVICES; n += 1) devices.push(device(t, gateways[n % count], '/customer', person));
    for (const person of partners)
      for (let n = 0; n < 5; n += 1) devices.push(device(t, gateways[n % count], '/partner', person));
    assert.equal(devices.length, 200);

    let isOver = false;
    const over = () => isOver;
    const flapping = async () => {
      while (!over()) {
        flap(pick(devices));
        await pause(10);
      }
    };
    const jobs = [flapping(), talk(devices.slice(0, CUSTOMERS * DEVICES), over)];
    const people = { customers, partners };
    for (let n = 0; n < 3; n += 1) jobs.push(work({ site, gateways, people, over }));
    for (let n = 0; n < KILLS; n += 1) {
      await pause(200 + Math.random() * 300);
      const gateway = gateways[n % count];
      await gateway.kill();
      await gateway.restart();
    }
    isOver = true;
    await Promise.all(jobs);

    for (const person of [...customers, ...partners]) {
      const wanted = await meant(site.gateway, person);
      const last = wanted.at(-1)?.[0] ?? 0;
      for (const one of devices.filter((other) => other.person === person)) {
        one.client.socket.connect();
        const deadline = Date.now() + 30_000;
        while (last > 0 && !one.got.has(last) && Date.now() < deadline) await pause(10);
        assert.deepEqual([...one.got], wanted);
        assert.ok(one.isOrdered());
      }
    }
    t.diagnostic(`${devices.reduce((sum, one) => sum + one.got.size, 0)} events, ${KILLS} kills`);
  });
}
