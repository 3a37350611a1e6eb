import assert from 'node:assert/strict';
import test from 'node:test';
import { join } from '../harness/client.js';
import { house } from '../harness/gateway.js';

const REDIS = process.env.TEST_REDIS_URL;

for (const [how, variables] of [
  ['without Redis', {}],
  ['with Redis', { REDIS_URL: REDIS }],
]) {
  test(`a change on one node reaches the customer on the other, ${how}`, async (t) => {
    const site = await house(t, 'postgres', variables);
    const other = await site.node(variables);
    const [customer, partner] = [await site.customer(), await site.partner()];
    const app = await join(t, other, '/customer', { token: customer.token });
    const browser = await join(t, other, '/');
    const booking = await site.booking(customer);
    await site.assign(booking, partner);
    const assigned = await app.heard('partner:assigned');
    assert.equal(assigned.bookingId, booking.id);
    const body = {
      _id: 'shirt',
      title: 'Shirt',
      price: 1,
      currency: 'USD',
      sizeVariants: [{ size: 'M', colorVariants: [{ color: 'Red', stock: 3 }] }],
    };
    await site.gateway.call('POST', '/api/products', { token: site.admin, body });
    const change = { size: 'M', color: 'Red', set: 9, reason: 'count' };
    await site.gateway.call('POST', '/api/products/shirt/stock/adjust', { token: site.admin, body: change });
    await browser.heard('STOCK_UPDATED', (e) => e.stock === 9);
  });
}

test('typing and locations cross from node to node through Redis', async (t) => {
  const variables = { REDIS_URL: REDIS };
  const site = await house(t, 'postgres', variables);
  const other = await site.node(variables);
  const [customer, partner] = [await site.customer(), await site.partner()];
  const booking = await site.booking(customer);
  await site.assign(booking, partner);
  await site.move(booking, partner, { status: 'PARTNER_ACCEPTED' });
  const app = await join(t, other, '/customer', { token: customer.token });
  const car = await join(t, site.gateway, '/partner', { token: partner.token });
  assert.ok((await app.ask('booking:track', booking.id)).ok);
  car.say('typing:start', customer.id);
  assert.deepEqual(await app.heard('typing:indicator'), { userId: partner.id, typing: true });
  car.say('location:update', { latitude: 3, longitude: 4 });
  const seen = await app.heard('partner:location_update');
  assert.deepEqual(seen.location, { latitude: 3, longitude: 4 });
});

test('a node that dies leaves the other at work, and its clients find nothing missing there', async (t) => {
  const site = await house(t, 'postgres');
  const other = await site.node();
  const [customer, partner] = [await site.customer(), await site.partner()];
  const booking = await site.booking(customer);
  const app = await join(t, other, '/customer', { token: customer.token }, { reconnection: false });
  await site.assign(booking, partner);
  const last = await app.heard('partner:assigned');
  await other.kill();
  await app.gone();
  await site.move(booking, partner, { status: 'PARTNER_ACCEPTED' });
  const auth = { token: customer.token, lastEventId: last.eventId };
  const again = await join(t, site.gateway, '/customer', auth);
  await again.heard('booking:status_updated', (e) => e.status === 'PARTNER_ACCEPTED');
  const ids = again.events.map(([, payload]) => payload.eventId).filter(Number.isInteger);
  assert.ok(ids.every((id) => id > last.eventId));
});
