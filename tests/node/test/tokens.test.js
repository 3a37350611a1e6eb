import assert from 'node:assert/strict';
import test from 'node:test';
import { join } from '../harness/client.js';
import { forge, house } from '../harness/gateway.js';

const soon = (seconds) => Math.floor(Date.now() / 1000) + seconds;
/** What the contract allows beyond the moment itself. */
const LATE = 2_000;

test('a connection ends when its token does', async (t) => {
  const site = await house(t);
  const customer = await site.customer();
  const exp = soon(2);
  const token = forge({ sub: customer.id, role: 'customer', exp });
  const app = await join(t, site.gateway, '/customer', { token }, { reconnection: false });
  await app.gone();
  assert.ok(Date.now() - exp * 1000 < LATE + 500, 'it ends within two seconds');
});

test('a connection whose token was refreshed goes on', async (t) => {
  const site = await house(t);
  const [customer, other] = [await site.customer(), await site.customer()];
  const token = forge({ sub: customer.id, role: 'customer', exp: soon(2) });
  const shorter = forge({ sub: other.id, role: 'customer', exp: soon(3) });
  const app = await join(t, site.gateway, '/customer', { token }, { reconnection: false });
  const witness = await join(t, site.gateway, '/customer', { token: shorter }, { reconnection: false });
  for (const wrong of [{}, { token: 'rubbish' }, { token: other.token }]) {
    assert.equal((await app.ask('auth:refresh', wrong)).ok, false);
  }
  const refreshed = await app.ask('auth:refresh', { token: customer.token });
  assert.equal(refreshed.ok, true);
  assert.ok(Date.parse(refreshed.expiresAt) > Date.now());
  // When one that ends later is gone, the first token has ended long ago.
  await witness.gone();
  assert.ok(app.socket.connected);
  assert.ok((await app.ask('booking:untrack', 'x')).ok);
});

for (const kind of ['sqlite', 'postgres']) {
  test(`the sockets of a disabled account are closed at once, on ${kind}`, async (t) => {
    const site = await house(t, kind);
    const [customer, partner] = [await site.customer(), await site.partner()];
    const nodes = kind === 'postgres' ? [site.gateway, await site.node()] : [site.gateway];
    const apps = [];
    for (const node of nodes) {
      apps.push(await join(t, node, '/customer', { token: customer.token }, { reconnection: false }));
    }
    const car = await join(t, site.gateway, '/partner', { token: partner.token });
    const since = Date.now();
    await site.gateway.call('PATCH', `/api/accounts/${customer.id}`, { token: site.admin, body: { disabled: true } });
    for (const app of apps) await app.gone();
    assert.ok(Date.now() - since < LATE, 'within two seconds');
    assert.ok(car.socket.connected);
  });
}
