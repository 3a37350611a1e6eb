// Many people on many devices, what they do at the same time, and what each of them must have at the end.
import assert from 'node:assert/strict';
import { open } from './client.js';

const STATUSES = ['PARTNER_ACCEPTED', 'IN_PROGRESS', 'COMPLETED'];

export const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
export const pick = (list) => list[Math.floor(Math.random() * list.length)];

/** A device that comes back with the last event it has, whatever happens to it. */
export function device(t, gateway, namespace, person) {
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
export async function flap(one) {
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
export async function work({ site, gateways, people: { customers, partners }, over }) {
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

export async function talk(devices, over) {
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

/** Everybody has on every device what was meant for them, in order, once, and nothing else. */
export async function prove(gateway, people, devices) {
  for (const person of people) {
    for (const one of devices.filter((other) => other.person === person)) {
      one.client.socket.connect();
      const wanted = await settled(gateway, one);
      assert.deepEqual([...one.got], wanted);
      assert.ok(one.isOrdered());
    }
  }
}

/** What was meant for somebody, when a device has as much: notifications follow a moment later. */
async function settled(gateway, { person, got }) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const wanted = await meant(gateway, person);
    const last = wanted.at(-1)?.[0] ?? 0;
    while (last > 0 && !got.has(last) && Date.now() < deadline) await pause(10);
    if (Math.max(0, ...got.keys()) <= last || Date.now() >= deadline) return wanted;
  }
}
