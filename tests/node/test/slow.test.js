// A client that takes nothing: what waits for it is bounded, it holds nobody back, and it hears why it is cut off.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import pg from 'pg';
import { open } from '../harness/client.js';
import { pause } from '../harness/crowd.js';
import { house } from '../harness/gateway.js';

/** Far more than the system buffers for one connection, and than the gateway may keep for a client. */
const EVENTS = 8_000;
const BYTES = 4_000;

/** A device that counts its events and comes back with the last one. */
function device(t, gateway, customer) {
  const auth = { token: customer.token, lastEventId: 0 };
  const client = open(t, gateway, '/customer', (hand) => hand(auth));
  const got = { count: 0, isOrdered: true };
  client.socket.on('message:read', ({ eventId }) => {
    client.events.length = 0;
    got.isOrdered &&= eventId > auth.lastEventId;
    got.count += 1;
    auth.lastEventId = eventId;
  });
  return { client, got };
}

/** Records events for a customer, as if they had happened at once. */
async function record(url, customer) {
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  const insert = `INSERT INTO outbox (audience, event, payload, created_at)
    SELECT 'account:' || $1, 'message:read', json_build_object('text', repeat('x', $2))::text, $3
    FROM generate_series(1, $4)`;
  await database.query(insert, [customer.id, BYTES, Date.now(), EVENTS]).finally(() => database.end());
}

function megabytes({ process }) {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${process.pid}/status`, 'utf8'));
  return Number(kilobytes) / 1024;
}

async function drops({ gateway, admin }) {
  const headers = { authorization: `Bearer ${admin}` };
  const text = await (await fetch(`${gateway.origin}/metrics`, { headers })).text();
  return Number(/^realtime_drops_total\{reason="slow_consumer"\} (\d+)/m.exec(text)?.[1] ?? 0);
}

test('who takes nothing is cut off with a reason, and misses nothing once they do', async (t) => {
  const site = await house(t, 'postgres');
  const customer = await site.customer();
  const [slow, quick] = [device(t, site.gateway, customer), device(t, site.gateway, customer)];
  await Promise.all([slow.client.connected(), quick.client.connected()]);
  const before = megabytes(site.gateway);
  const wire = slow.client.socket.io.engine.transport.ws._socket;
  wire.pause();
  await record(site.gateway.url, customer);
  await quick.client.until('all events', () => quick.got.count === EVENTS);
  const grown = megabytes(site.gateway) - before;
  assert.ok(grown < (EVENTS * BYTES) / 2 / 2 ** 20, `${grown} MB more while ${EVENTS} events wait`);
  while ((await drops(site)) === 0) await pause(100);
  wire.resume();
  const reason = await slow.client.heard('error');
  assert.deepEqual([reason.code, reason.event], ['unavailable', null]);
  await slow.client.gone();
  await slow.client.until('all events', () => slow.got.count >= EVENTS);
  for (const { got } of [slow, quick]) assert.deepEqual(got, { count: EVENTS, isOrdered: true });
});
