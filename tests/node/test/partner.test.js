import assert from 'node:assert/strict';
import test from 'node:test';
import { join } from '../harness/client.js';
import { house } from '../harness/gateway.js';

for (const transport of ['websocket', 'polling']) {
  const options = { transports: [transport] };

  test(`a partner hears of a request, takes it, and earns, over ${transport}`, async (t) => {
    const site = await house(t);
    const [customer, partner] = [await site.customer(), await site.partner()];
    const car = await join(t, site.gateway, '/partner', { token: partner.token }, options);
    const booking = await site.booking(customer);
    await site.assign(booking, partner);
    const request = await car.heard('booking:new_request');
    const { eventId, ...rest } = request;
    assert.ok(Number.isInteger(eventId));
    assert.deepEqual(rest, {
      bookingId: booking.id,
      bookingNumber: booking.bookingNumber,
      service: 'House Cleaning',
      scheduledAt: '2027-12-15T08:00:00.000Z',
      address: '123 Main St',
      amount: 999,
    });
    await car.heard('notification:new');
    assert.equal((await car.ask('booking:accept', booking.id)).ok, true);
    for (const status of ['IN_PROGRESS', 'COMPLETED']) {
      assert.equal((await car.ask('booking:status_update', { bookingId: booking.id, status })).ok, true);
    }
    const earned = await car.heard('earnings:updated');
    assert.equal(earned.partnerId, partner.id);
    assert.equal(earned.bookingId, booking.id);
    assert.equal(earned.amount, 999);
    assert.equal(earned.currency, 'USD');
    assert.equal(earned.total, 999);
  });

  test(`a rejected booking waits for another partner, and is not seen any more, over ${transport}`, async (t) => {
    const site = await house(t);
    const [customer, partner] = [await site.customer(), await site.partner()];
    const booking = await site.booking(customer);
    await site.assign(booking, partner);
    const app = await join(t, site.gateway, '/customer', { token: customer.token }, options);
    const car = await join(t, site.gateway, '/partner', { token: partner.token }, options);
    car.say('booking:reject', { bookingId: booking.id, reason: 'Not available' });
    await app.heard('booking:status_updated', (e) => e.status === 'PENDING');
    const again = await car.ask('booking:accept', booking.id);
    assert.deepEqual([again.ok, again.code], [false, 'not_found']);
  });

  test(`a partner who loses a booking to another hears of it, over ${transport}`, async (t) => {
    const site = await house(t);
    const [customer, one, two] = [await site.customer(), await site.partner('One'), await site.partner('Two')];
    const [first, second] = [
      await join(t, site.gateway, '/partner', { token: one.token }, options),
      await join(t, site.gateway, '/partner', { token: two.token }, options),
    ];
    const booking = await site.booking(customer);
    await site.assign(booking, one);
    await first.heard('booking:new_request');
    await site.assign(booking, two);
    const lost = await first.heard('booking:cancelled');
    assert.equal(lost.bookingId, booking.id);
    await second.heard('booking:new_request');
    assert.deepEqual(second.all('booking:cancelled'), []);
  });

  test(`an illegal step names both states, over ${transport}`, async (t) => {
    const site = await house(t);
    const [customer, partner] = [await site.customer(), await site.partner()];
    const booking = await site.booking(customer);
    await site.assign(booking, partner);
    const car = await join(t, site.gateway, '/partner', { token: partner.token }, options);
    const refused = await car.ask('booking:status_update', { bookingId: booking.id, status: 'COMPLETED' });
    assert.deepEqual([refused.ok, refused.code], [false, 'conflict']);
    assert.match(refused.error, /PARTNER_ASSIGNED/);
    assert.match(refused.error, /COMPLETED/);
  });
}
