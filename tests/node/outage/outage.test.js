// Redis and Postgres stop and come back under the gateways. These tests own both servers: nothing runs beside them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { join } from '../harness/client.js';
import { device, pause, prove, talk, work } from '../harness/crowd.js';
import { house } from '../harness/gateway.js';

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

test('Postgres restarted under load, nobody misses anything', { timeout: 110_000 }, async (t) => {
  const site = await house(t, 'postgres');
  const gateways = [site.gateway, await site.node()];
  const customers = await Promise.all(Array.from({ length: 6 }, () => site.customer()));
  const partners = await Promise.all(Array.from({ length: 2 }, () => site.partner()));
  const people = [...customers, ...partners];
  for (const person of people) person.partners = new Set();
  const devices = people.flatMap((person) => {
    const namespace = customers.includes(person) ? '/customer' : '/partner';
    return gateways.map((gateway) => device(t, gateway, namespace, person));
  });
  let isOver = false;
  const over = () => isOver;
  const jobs = [talk(devices.slice(0, customers.length * gateways.length), over)];
  for (let n = 0; n < 3; n += 1) jobs.push(work({ site, gateways, people: { customers, partners }, over }));
  const heard = () => devices.reduce((sum, one) => sum + one.got.size, 0);
  for (let n = 0; n < 4; n += 1) {
    // Each time there is work again before the next blow.
    for (const before = heard(); heard() < before + 200; ) await pause(20);
    control('POSTGRES', 'restart');
  }
  for (const before = heard(); heard() < before + 200; ) await pause(20);
  isOver = true;
  await Promise.all(jobs);
  await prove(site.gateway, people, devices);
  t.diagnostic(`${heard()} events`);
});
