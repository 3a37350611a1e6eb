import assert from 'node:assert/strict';
import test from 'node:test';
import { join } from '../harness/client.js';
import { house } from '../harness/gateway.js';

async function pair(t, transports = ['websocket']) {
  const site = await house(t);
  const [customer, partner] = [await site.customer('Budi'), await site.partner('Ratna')];
  const booking = await site.booking(customer);
  await site.assign(booking, partner);
  const app = await join(t, site.gateway, '/customer', { token: customer.token }, { transports });
  const car = await join(t, site.gateway, '/partner', { token: partner.token }, { transports });
  return { site, customer, partner, booking, app, car };
}

for (const transport of ['websocket', 'polling']) {
  test(`a customer and their partner write to each other, over ${transport}`, async (t) => {
    const { site, customer, partner, booking, app, car } = await pair(t, [transport]);
    const text = 'Hello, when will you arrive?';
    const sent = await app.ask('message:send', { recipientId: partner.id, message: text, bookingId: booking.id });
    assert.equal(sent.ok, true);
    assert.ok(sent.id && sent.createdAt);
    const received = await car.heard('message:received');
    const { eventId, ...message } = received;
    assert.ok(Number.isInteger(eventId));
    assert.deepEqual(message, {
      id: sent.id,
      senderId: customer.id,
      message: text,
      bookingId: booking.id,
      createdAt: sent.createdAt,
    });
    const confirmed = await app.heard('message:sent');
    assert.deepEqual([confirmed.id, confirmed.createdAt], [sent.id, sent.createdAt]);

    car.say('message:mark_read', sent.id);
    const read = await app.heard('message:read');
    assert.equal(read.id, sent.id);
    assert.ok(read.readAt);

    car.say('typing:start', customer.id);
    assert.deepEqual(await app.heard('typing:indicator'), { userId: partner.id, typing: true });
    car.say('typing:stop', customer.id);
    await app.heard('typing:indicator', (e) => e.typing === false && e.userId === partner.id);

    car.say('message:send', { recipientId: customer.id, message: 'On my way!', bookingId: booking.id });
    await app.heard('message:received', (e) => e.message === 'On my way!');
    const kept = await site.gateway.call('GET', `/api/messages?with=${partner.id}`, { token: customer.token });
    const items = kept.items ?? kept;
    assert.deepEqual(items.map((one) => one.message), ['On my way!', text]);
    assert.equal(items[1].readAt, read.readAt);
    assert.equal(items[1].recipientId, partner.id);
  });
}

test('an admin and anybody write to each other', async (t) => {
  const { site, customer, app } = await pair(t);
  const desk = await join(t, site.gateway, '/admin', { token: site.admin });
  const me = await site.gateway.call('GET', '/api/auth/me', { token: site.admin });
  const admin = me.id ?? me.user.id;
  assert.equal((await desk.ask('message:send', { recipientId: customer.id, message: 'Good day' })).ok, true);
  const got = await app.heard('message:received');
  assert.equal(got.senderId, admin);
  assert.equal((await app.ask('message:send', { recipientId: admin, message: 'Good day to you' })).ok, true);
  await desk.heard('message:received', (e) => e.senderId === customer.id);
});

test('strangers write to nobody, and read nothing of others', async (t) => {
  const { site, customer, partner, booking, app, car } = await pair(t);
  const [stranger, rival] = [await site.customer('Stranger'), await site.partner('Rival')];
  const other = await join(t, site.gateway, '/customer', { token: stranger.token });
  const competitor = await join(t, site.gateway, '/partner', { token: rival.token });
  const sent = await app.ask('message:send', { recipientId: partner.id, message: 'between us' });
  const refusals = [
    await other.ask('message:send', { recipientId: partner.id, message: 'x' }),
    await other.ask('message:send', { recipientId: customer.id, message: 'x' }),
    await other.ask('message:send', { recipientId: 'nobody', message: 'x' }),
    await competitor.ask('message:send', { recipientId: customer.id, message: 'x', bookingId: booking.id }),
    await other.ask('typing:start', partner.id),
    await competitor.ask('typing:start', customer.id),
    await other.ask('message:mark_read', sent.id),
    await competitor.ask('message:mark_read', sent.id),
    await app.ask('message:mark_read', sent.id),
    await other.ask('booking:track', booking.id),
    await other.ask('booking:cancel', { bookingId: booking.id, reason: 'x' }),
    await competitor.ask('booking:accept', booking.id),
    await competitor.ask('booking:reject', { bookingId: booking.id, reason: 'x' }),
    await competitor.ask('booking:status_update', { bookingId: booking.id, status: 'PARTNER_ACCEPTED' }),
  ];
  for (const [n, refusal] of refusals.entries()) {
    assert.deepEqual([refusal.ok, refusal.code], [false, 'not_found'], `refusal ${n}: ${JSON.stringify(refusal)}`);
  }
  for (const who of [stranger, rival]) {
    const kept = await site.gateway.call('GET', `/api/messages?with=${partner.id}`, { token: who.token });
    assert.deepEqual(kept.items ?? kept, []);
  }
  await car.heard('message:received');
  assert.deepEqual(car.all('message:received').map((e) => e.id), [sent.id]);
  assert.deepEqual([...other.events, ...competitor.events].filter(([name]) => name !== 'notification:new'), []);
});

test('notifications are kept until they are read', async (t) => {
  const { site, customer, partner, booking, app } = await pair(t);
  // Those of what was before may have been told before anybody was there to hear.
  await site.move(booking, partner, { status: 'PARTNER_ACCEPTED' });
  const told = await app.heard('notification:new', (e) => e.data.status === 'PARTNER_ACCEPTED');
  const list = (query) => site.gateway.call('GET', `/api/notifications${query}`, { token: customer.token });
  const unread = (await list('?unread=true')).items;
  assert.ok(unread.some((one) => one.id === told.id));
  await site.gateway.call('POST', `/api/notifications/${told.id}/read`, { token: customer.token });
  assert.ok((await list('?unread=true')).items.every((one) => one.id !== told.id));
  assert.ok((await list('')).items.some((one) => one.id === told.id));
  const foreign = await site.gateway.ask('POST', `/api/notifications/${told.id}/read`, { token: site.admin });
  assert.equal(foreign.status, 404);
});
