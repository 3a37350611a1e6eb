import assert from 'node:assert/strict';
import test from 'node:test';
import { join } from '../harness/client.js';
import { house } from '../harness/gateway.js';

for (const transport of ['websocket', 'polling']) {
  const options = { transports: [transport] };

  test(`an admin asks for the figures, and hears when they change, over ${transport}`, async (t) => {
    const site = await house(t);
    const desk = await join(t, site.gateway, '/admin', { token: site.admin }, options);
    desk.say('request:stats');
    const stats = await desk.heard('dashboard:stats_update');
    const fields = [
      'bookings', 'customers', 'partners', 'activePartners', 'onlineCustomers', 'onlinePartners', 'pendingKyc',
      'revenue', 'stock', 'updatedAt',
    ];
    for (const field of fields) assert.ok(field in stats, field);
    assert.equal(stats.bookings.total, 0);
    assert.deepEqual(Object.keys(stats.stock).sort(), ['outOfStock', 'products']);
    const customer = await site.customer();
    await site.booking(customer);
    await desk.heard('dashboard:stats_update', (e) => e.bookings.total === 1 && e.customers === 1);
    await join(t, site.gateway, '/customer', { token: customer.token }, options);
    await desk.heard('dashboard:stats_update', (e) => e.onlineCustomers === 1);
    const rest = await site.gateway.call('GET', '/api/stats', { token: site.admin });
    assert.deepEqual(Object.keys(rest).sort(), Object.keys(stats).sort());
  });

  test(`an admin who monitors hears of every booking, another does not, over ${transport}`, async (t) => {
    const site = await house(t);
    const [desk, quiet] = [
      await join(t, site.gateway, '/admin', { token: site.admin }, options),
      await join(t, site.gateway, '/admin', { token: site.admin }, options),
    ];
    assert.equal((await desk.ask('monitor:bookings')).ok, true);
    const [customer, partner] = [await site.customer(), await site.partner()];
    const booking = await site.booking(customer);
    const created = await desk.heard('booking:created');
    assert.ok(JSON.stringify(created).includes(booking.id));
    await site.assign(booking, partner);
    const updated = await desk.heard('booking:updated');
    assert.equal(updated.bookingId, booking.id);
    assert.deepEqual(quiet.all('booking:created'), []);
    assert.deepEqual(quiet.all('booking:updated'), []);
  });

  test(`all admins hear of new partners and of their documents, over ${transport}`, async (t) => {
    const site = await house(t);
    const desk = await join(t, site.gateway, '/admin', { token: site.admin }, options);
    const body = { email: 'ratna@lockstep.test', password: 'correct horse battery', name: 'Ratna', services: ['cleaning'] };
    const partner = await site.gateway.call('POST', '/api/partners', { body });
    const registered = await desk.heard('partner:registered');
    assert.ok(JSON.stringify(registered).includes(partner.user.id));
    await site.gateway.call('POST', `/api/partners/${partner.user.id}/kyc`, {
      token: partner.accessToken,
      body: { documentType: 'passport', documentNumber: 'X1', documentUrl: 'https://files.lockstep.test/1' },
    });
    const submitted = await desk.heard('kyc:submitted');
    assert.ok(JSON.stringify(submitted).includes(partner.user.id));
  });
}
