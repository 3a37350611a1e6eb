import assert from 'node:assert/strict';
import test from 'node:test';
import { join } from '../harness/client.js';
import { house } from '../harness/gateway.js';

for (const transport of ['websocket', 'polling']) {
  const options = { transports: [transport] };

  test(`a customer follows a booking from its assignment to its end, over ${transport}`, async (t) => {
    const site = await house(t);
    const [customer, partner] = [await site.customer('Budi'), await site.partner('Ratna')];
    const booking = await site.booking(customer);
    const app = await join(t, site.gateway, '/customer', { token: customer.token }, options);
    const car = await join(t, site.gateway, '/partner', { token: partner.token }, options);

    const tracked = await app.ask('booking:track', booking.id);
    assert.equal(tracked.ok, true);
    assert.equal(tracked.booking.id, booking.id);
    assert.equal(tracked.location, null);

    await site.assign(booking, partner);
    const assigned = await app.heard('partner:assigned');
    assert.equal(assigned.bookingId, booking.id);
    assert.equal(assigned.partner.id, partner.id);
    assert.equal(assigned.partner.name, 'Ratna');
    assert.ok('phone' in assigned.partner && 'rating' in assigned.partner);
    const first = await app.heard('booking:status_updated');
    assert.equal(first.bookingId, booking.id);
    assert.equal(first.status, 'PARTNER_ASSIGNED');
    assert.equal(first.assignedStatus, 'assigned');
    assert.ok(Number.isInteger(first.eventId) && Number.isInteger(assigned.eventId));
    const notification = await app.heard('notification:new');
    for (const field of ['id', 'type', 'title', 'body', 'data', 'createdAt']) assert.ok(field in notification, field);

    car.say('booking:accept', booking.id);
    const accepted = await app.heard('booking:status_updated', (e) => e.status === 'PARTNER_ACCEPTED');
    assert.equal(accepted.message, 'Partner has accepted your booking');

    car.say('location:update', { latitude: 28.6139, longitude: 77.209 });
    const seen = await app.heard('partner:location_update');
    assert.equal(seen.bookingId, booking.id);
    assert.deepEqual(seen.location, { latitude: 28.6139, longitude: 77.209 });
    assert.ok(!Number.isNaN(Date.parse(seen.timestamp)));
    assert.equal(seen.eventId, undefined, 'locations are not recorded');

    const again = await app.ask('booking:track', booking.id);
    assert.equal(again.location.latitude, 28.6139);
    assert.equal(again.location.longitude, 77.209);
    assert.ok(again.location.timestamp);

    for (const status of ['IN_PROGRESS', 'COMPLETED']) {
      assert.equal((await car.ask('booking:status_update', { bookingId: booking.id, status })).ok, true);
      await app.heard('booking:status_updated', (e) => e.status === status);
    }
    const ids = app.events.map(([, payload]) => payload.eventId).filter(Boolean);
    assert.deepEqual(ids, [...ids].sort((a, b) => a - b), 'recorded events come in their order');
    assert.equal(new Set(ids).size, ids.length);
  });

  test(`whoever no longer tracks hears no locations, over ${transport}`, async (t) => {
    const site = await house(t);
    const [customer, partner] = [await site.customer(), await site.partner()];
    const [one, two] = [await site.booking(customer), await site.booking(customer)];
    for (const booking of [one, two]) {
      await site.assign(booking, partner);
      await site.move(booking, partner, { status: 'PARTNER_ACCEPTED' });
    }
    const app = await join(t, site.gateway, '/customer', { token: customer.token }, options);
    const car = await join(t, site.gateway, '/partner', { token: partner.token }, options);
    for (const booking of [one, two]) assert.ok((await app.ask('booking:track', booking.id)).ok);
    assert.ok((await app.ask('booking:untrack', one.id)).ok);
    car.say('location:update', { latitude: 1, longitude: 2 });
    await app.heard('partner:location_update', (e) => e.bookingId === two.id);
    assert.deepEqual(app.all('partner:location_update').map((e) => e.bookingId), [two.id]);
  });

  test(`a customer cancels, and both sides hear of it, over ${transport}`, async (t) => {
    const site = await house(t);
    const [customer, partner] = [await site.customer(), await site.partner()];
    const booking = await site.booking(customer);
    await site.assign(booking, partner);
    const app = await join(t, site.gateway, '/customer', { token: customer.token }, options);
    const car = await join(t, site.gateway, '/partner', { token: partner.token }, options);
    app.say('booking:cancel', { bookingId: booking.id, reason: 'Changed my mind' });
    for (const client of [app, car]) {
      const cancelled = await client.heard('booking:cancelled');
      assert.equal(cancelled.bookingId, booking.id);
      assert.equal(cancelled.reason, 'Changed my mind');
      assert.ok(cancelled.cancelledBy);
    }
    await app.heard('booking:status_updated', (e) => e.status === 'CANCELLED');
    const late = await app.ask('booking:cancel', { bookingId: (await completed(site, customer, partner)).id, reason: 'x' });
    assert.equal(late.ok, false);
    assert.equal(late.code, 'conflict');
  });
}

async function completed(site, customer, partner) {
  const booking = await site.booking(customer);
  await site.assign(booking, partner);
  for (const status of ['PARTNER_ACCEPTED', 'IN_PROGRESS', 'COMPLETED']) await site.move(booking, partner, { status });
  return booking;
}
