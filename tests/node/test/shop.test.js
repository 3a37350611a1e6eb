import assert from 'node:assert/strict';
import test from 'node:test';
import { join } from '../harness/client.js';
import { house } from '../harness/gateway.js';

async function product(site, id, stock = 10) {
  const body = {
    _id: id,
    title: 'Shirt',
    price: 100,
    currency: 'L.E.',
    sizeVariants: [{ size: 'M', colorVariants: [{ color: 'Red', stock }] }],
  };
  return site.gateway.call('POST', '/api/products', { token: site.admin, body });
}

const line = (productId, quantity) => ({ productId, size: 'M', color: 'Red', quantity });

for (const transport of ['websocket', 'polling']) {
  test(`every browser sees stock at once, without signing in, over ${transport}`, async (t) => {
    const site = await house(t);
    await product(site, 'shirt');
    const browser = await join(t, site.gateway, '/', undefined, { transports: [transport] });
    const items = [line('shirt', 3)];
    await site.gateway.call('POST', '/api/stock/validate', { body: { items } });
    const asked = await browser.heard('STOCK_VALIDATED');
    assert.equal(asked.productId, 'shirt');
    await site.gateway.call('POST', '/api/stock/reduce?afterOrder=true&orderId=12345', { token: site.admin, body: { items } });
    const reduced = await browser.heard('STOCK_REDUCED');
    assert.equal(reduced.productId, 'shirt');
    assert.equal(reduced.size, 'M');
    assert.equal(reduced.color, 'Red');
    assert.equal(reduced.stock, 7);
    assert.equal(reduced.afterOrder, true);
    assert.ok(reduced.timestamp);
    const body = { size: 'M', color: 'Red', set: 50, reason: 'delivery' };
    await site.gateway.call('POST', '/api/products/shirt/stock/adjust', { token: site.admin, body });
    await browser.heard('STOCK_UPDATED', (e) => e.stock === 50);
  });
}

test('a browser may limit itself to some products, and open up again', async (t) => {
  const site = await house(t);
  await product(site, 'shirt');
  await product(site, 'hat');
  const browser = await join(t, site.gateway, '/');
  assert.deepEqual(await browser.ask('stock:subscribe', ['hat']), { ok: true, count: 1 });
  const set = (id, units) =>
    site.gateway.call('POST', `/api/products/${id}/stock/adjust`, {
      token: site.admin,
      body: { size: 'M', color: 'Red', set: units, reason: 'count' },
    });
  await set('shirt', 1);
  await set('hat', 2);
  await browser.heard('STOCK_UPDATED', (e) => e.productId === 'hat' && e.stock === 2);
  assert.ok(browser.events.every(([, payload]) => payload.productId !== 'shirt'));
  assert.deepEqual(await browser.ask('stock:subscribe', []), { ok: true, count: 0 });
  await set('shirt', 3);
  await browser.heard('STOCK_UPDATED', (e) => e.productId === 'shirt' && e.stock === 3);
});

test('a wrong subscription is refused', async (t) => {
  const { gateway } = await house(t);
  const browser = await join(t, gateway, '/');
  for (const wrong of ['hat', null, [1], [''], Array.from({ length: 1001 }, (_, n) => `p${n}`)]) {
    const answer = await browser.ask('stock:subscribe', wrong);
    assert.deepEqual([answer.ok, answer.code], [false, 'invalid_request']);
  }
});

test('the count of clients is that of real sockets', async (t) => {
  const site = await house(t);
  const count = async () => (await site.gateway.call('GET', '/api/socket')).connectedClients;
  assert.equal(await count(), 0);
  const browsers = [await join(t, site.gateway, '/'), await join(t, site.gateway, '/')];
  assert.equal(await count(), 2);
  const sent = { event: 'STOCK_UPDATED', data: { productId: 'shirt', stock: 4 } };
  await site.gateway.call('POST', '/api/socket', { token: site.admin, body: sent });
  for (const browser of browsers) assert.equal((await browser.heard('STOCK_UPDATED')).stock, 4);
});
