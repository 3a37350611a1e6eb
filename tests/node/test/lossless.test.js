// Clients flap, nodes are killed again and again, and at the end everybody has what was meant for them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { device, flap, pause, pick, prove, talk, work } from '../harness/crowd.js';
import { house } from '../harness/gateway.js';

const KILLS = Number(process.env.KILLS ?? 20);
const CUSTOMERS = 20;
const DEVICES = 9;

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

    await prove(site.gateway, [...customers, ...partners], devices);
    t.diagnostic(`${devices.reduce((sum, one) => sum + one.got.size, 0)} events, ${KILLS} kills`);
  });
}
