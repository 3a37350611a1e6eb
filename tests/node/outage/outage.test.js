// Redis and Postgres stop and come back under the gateways. These tests own both servers: nothing runs beside them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { join, open } from '../harness/client.js';
import { house } from '../harness/gateway.js';

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

function control(server, what) {
  const program = process.env[`TEST_${server}_CTL`];
  assert.ok(program, `TEST_${server}_CTL is not set: run it under scripts/with-servers`);
  const { status } = spawnSync(program, [what], { stdio: 'ignore' });
  assert.equal(status, 0, `${server} ${what}`);
}

/** Does something again and again until it was heard; how long that took, in milliseconds. */
async function until(client, name, test, act) {
  const began = Date.now();
  while (!client.all(name).some(test)) {
    assert.ok(Date.now() - began < 30_000, `${name} did not come`);
    await act();
    await pause(50);
  }
  return Date.now() - began;
}

test('Redis gone, clients of the same node hear each other, and it heals within 5 s', async (t) => {
  const variables = { REDIS_URL: process.env.TEST_REDIS_URL };
  const site = await house(t, 'postgres', variables);
  const other = await site.node(variables);
  const [customer, partner] = [await site.customer(), await site.partner()];
  const booking = await site.booking(customer);
  await site.assign(booking, partner);
  await site.move(booking, partner, { status: 'PARTNER_ACCEPTED' });
  const [near, far] = [
    await join(t, site.gateway, '/customer', { token: customer.token }),
    await join(t, other, '/customer', { token: customer.token }),
  ];
  const car = await join(t, site.gateway, '/partner', { token: partner.token });
  for (const client of [near, far]) assert.ok((await client.ask('booking:track', booking.id)).ok);

  let latitude = 0;
  const drive = async () => {
    latitude += 0.001;
    assert.ok((await car.ask('location:update', { latitude, longitude: 1 })).ok);
  };
  const beyond = (least) => (event) => event.location.latitude > least;
  await until(far, 'partner:location_update', beyond(0), drive);

  control('REDIS', 'stop');
  t.after(() => spawnSync(process.env.TEST_REDIS_CTL, ['start'], { stdio: 'ignore' }));
  const ready = await site.gateway.ask('GET', '/readyz');
  assert.deepEqual([ready.status, ready.json.failing], [503, ['redis']]);
  await until(near, 'partner:location_update', beyond(latitude), drive);
  await site.move(booking, partner, { status: 'IN_PROGRESS' });
  await far.heard('booking:status_updated', (event) => event.status === 'IN_PROGRESS');

  control('REDIS', 'start');
  const took = await until(far, 'partner:location_update', beyond(latitude), drive);
  t.diagnostic(`healed after ${took} ms`);
  assert.ok(took < 5_000, `${took} ms`);
});

test('Postgres restarted, nobody misses anything', async (t) => {
  const site = await house(t, 'postgres');
  const other = await site.node();
  const [customer, partner] = [await site.customer(), await site.partner()];
  const booking = await site.booking(customer);
  const auth = { token: customer.token, lastEventId: 0 };
  const app = open(t, other, '/customer', (hand) => hand(auth));
  await app.connected();
  for (const status of ['PARTNER_ACCEPTED', 'IN_PROGRESS', 'COMPLETED']) {
    if (status === 'PARTNER_ACCEPTED') await site.assign(booking, partner);
    control('POSTGRES', 'restart');
    // A call that the restart broke may have been done; then the next one is refused.
    for (let isDone = false; !isDone; ) {
      const { status: answer } = await site.gateway.ask('PATCH', `/bookings/${booking.id}`, { token: partner.token, body: { status } });
      isDone = answer < 500;
    }
    await app.heard('booking:status_updated', (event) => event.status === status);
  }
  const wanted = await site.gateway.call('GET', '/api/events?after=0', { token: customer.token });
  // The notification of the last change follows it a moment later, and it may be on its way.
  const last = wanted.items.at(-1).eventId;
  await app.until(`event ${last}`, () => app.events.some(([, payload]) => payload?.eventId === last));
  const seen = app.events.filter(([, payload]) => Number.isInteger(payload?.eventId) && payload.eventId <= last);
  assert.deepEqual(
    seen.map(([name, payload]) => [payload.eventId, name]),
    wanted.items.map(({ eventId, event }) => [eventId, event]),
  );
});
