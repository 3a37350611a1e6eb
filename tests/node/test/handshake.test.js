import assert from 'node:assert/strict';
import test from 'node:test';
import { join, open } from '../harness/client.js';
import { forge, house } from '../harness/gateway.js';

for (const transport of ['websocket', 'polling']) {
  test(`whoever may not come in hears why, over ${transport}`, async (t) => {
    const site = await house(t);
    const { gateway } = site;
    const customer = await site.customer();
    const refusals = [
      [{}, 'Authentication required', 'unauthenticated'],
      [{ token: '' }, 'Authentication required', 'unauthenticated'],
      [{ token: 'rubbish' }, 'Invalid token', 'unauthenticated'],
      [{ token: forge({ sub: customer.id, role: 'customer' }, 'x'.repeat(32)) }, 'Invalid token', 'unauthenticated'],
      [{ token: forge({ sub: 'nobody', role: 'partner' }) }, 'Invalid token', 'unauthenticated'],
      [{ token: forge({ sub: customer.id, role: 'customer', exp: 1_700_000_000 }) }, 'Token expired', 'unauthenticated'],
      [{ token: customer.token }, 'Role customer may not use /partner', 'forbidden'],
    ];
    for (const [auth, message, code] of refusals) {
      const client = open(t, gateway, '/partner', auth, { transports: [transport] });
      const refusal = await client.refused();
      assert.equal(refusal.message, message);
      assert.equal(refusal.data.code, code, message);
      assert.ok(!client.socket.connected);
    }
  });

  test(`each role comes into its own namespace, over ${transport}`, async (t) => {
    const site = await house(t);
    const [customer, partner] = [await site.customer(), await site.partner()];
    const options = { transports: [transport] };
    for (const [namespace, token] of [
      ['/customer', customer.token],
      ['/partner', partner.token],
      ['/admin', site.admin],
    ]) {
      const client = await join(t, site.gateway, namespace, { token }, options);
      assert.ok(client.socket.id);
      for (const other of ['/customer', '/partner', '/admin'].filter((one) => one !== namespace)) {
        const refusal = await open(t, site.gateway, other, { token }, options).refused();
        assert.match(refusal.message, /^Role \w+ may not use \/\w+$/);
      }
    }
    await join(t, site.gateway, '/', undefined, options);
  });
}

test('a namespace that is none is refused', async (t) => {
  const { gateway, admin } = await house(t);
  const refusal = await open(t, gateway, '/elsewhere', { token: admin }).refused();
  assert.equal(refusal.message, 'Invalid namespace');
});

test('a cursor that is not a whole number is refused', async (t) => {
  const { gateway, admin } = await house(t);
  for (const lastEventId of ['7', 1.5, -1, {}, true]) {
    const refusal = await open(t, gateway, '/admin', { token: admin, lastEventId }).refused();
    assert.equal(refusal.data.code, 'invalid_request', JSON.stringify(lastEventId));
  }
});

test('a client that starts with polling goes over to websocket', async (t) => {
  const { gateway, admin } = await house(t);
  const client = await join(t, gateway, '/admin', { token: admin }, { transports: ['polling', 'websocket'] });
  const { engine } = client.socket.io;
  if (engine.transport.name !== 'websocket') await new Promise((done) => engine.once('upgrade', done));
  assert.equal(engine.transport.name, 'websocket');
  assert.ok((await client.ask('request:stats')).ok);
});
