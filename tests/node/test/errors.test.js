import assert from 'node:assert/strict';
import test from 'node:test';
import { join } from '../harness/client.js';
import { house } from '../harness/gateway.js';

test('a failure without an ack arrives as the error event', async (t) => {
  const site = await house(t);
  const customer = await site.customer();
  const app = await join(t, site.gateway, '/customer', { token: customer.token });
  app.say('booking:track', 'no-such-booking');
  const error = await app.heard('error');
  assert.equal(error.code, 'not_found');
  assert.equal(error.event, 'booking:track');
  assert.ok(error.message);
});

test('payloads are checked like the bodies of REST', async (t) => {
  const site = await house(t);
  const [customer, partner] = [await site.customer(), await site.partner()];
  const app = await join(t, site.gateway, '/customer', { token: customer.token });
  const car = await join(t, site.gateway, '/partner', { token: partner.token });
  const wrong = [
    [app, 'booking:track', undefined],
    [app, 'booking:track', 7],
    [app, 'booking:track', 'with blanks in it'],
    [app, 'booking:cancel', 'a text'],
    [app, 'booking:cancel', { reason: 'no id' }],
    [app, 'message:send', { recipientId: partner.id }],
    [app, 'message:send', { recipientId: partner.id, message: '' }],
    [app, 'message:send', { recipientId: partner.id, message: 'x'.repeat(4001) }],
    [app, 'message:send', { recipientId: partner.id, message: 'a\u0000b' }],
    [app, 'message:send', { recipientId: 7, message: 'x' }],
    [app, 'message:mark_read', {}],
    [app, 'typing:start', null],
    [car, 'location:update', { latitude: 91, longitude: 0 }],
    [car, 'location:update', { latitude: 0, longitude: 181 }],
    [car, 'location:update', { latitude: '1', longitude: 2 }],
    [car, 'location:update', {}],
    [car, 'booking:status_update', { bookingId: 'x' }],
    [app, 'no:such_event', {}],
  ];
  for (const [client, event, payload] of wrong) {
    const answer = await client.ask(event, payload);
    assert.equal(answer.ok, false, event);
    assert.equal(answer.code, 'invalid_request', `${event} ${JSON.stringify(payload)}: ${JSON.stringify(answer)}`);
    assert.ok(answer.error);
  }
});

test('binary data and the events of others are refused', async (t) => {
  const site = await house(t);
  const customer = await site.customer();
  const app = await join(t, site.gateway, '/customer', { token: customer.token });
  assert.equal((await app.ask('booking:track', Buffer.from('x'))).ok, false);
  for (const event of ['request:stats', 'monitor:bookings', 'location:update', 'booking:accept']) {
    const answer = await app.ask(event, {});
    assert.equal(answer.ok, false, event);
  }
  assert.ok(app.socket.connected);
});

test('too many events are refused, and whoever goes on is disconnected', async (t) => {
  const site = await house(t, 'sqlite', { RATE_LIMIT_SOCKET_EVENTS_PER_SECOND: '5' });
  const customer = await site.customer();
  const app = await join(t, site.gateway, '/customer', { token: customer.token }, { reconnection: false });
  const answers = await Promise.all(Array.from({ length: 15 }, () => app.ask('booking:untrack', 'x')));
  assert.ok(answers.some((answer) => answer.code === 'rate_limited'));
  assert.ok(answers[0].ok);
  for (let n = 0; n < 2000; n += 1) app.say('booking:untrack', 'x');
  await app.gone();
});

test('one booking that is wrong does not stop the events of another', async (t) => {
  const site = await house(t);
  const [customer, partner] = [await site.customer(), await site.partner()];
  const booking = await site.booking(customer);
  await site.assign(booking, partner);
  const car = await join(t, site.gateway, '/partner', { token: partner.token });
  car.say('booking:accept', 'nothing');
  car.say('booking:accept', { not: 'an id' });
  assert.equal((await car.ask('booking:accept', booking.id)).ok, true);
  await car.until('two errors', () => car.all('error').length === 2);
});
