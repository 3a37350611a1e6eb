// How far long jobs are, as all admins hear it: users of another server that are synced, and sales documents.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join as path } from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { join } from '../harness/client.js';
import { BINARY, house } from '../harness/gateway.js';

const USERS = 25;

/** A server of users, as the simulators play it; where it is. */
async function userServer(t) {
  const program = process.env.SIMULATORS_BIN ?? path(dirname(BINARY), 'simulators');
  const server = spawn(program, ['users', '--count', String(USERS)], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => server.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  return /http:\/\/\S+/.exec(line)[0];
}

/** A member of an organization. */
async function seller(site) {
  const { id } = await site.gateway.call('POST', '/api/organizations', { token: site.admin, body: { name: 'Shop' } });
  const seller = await site.customer();
  const member = { token: site.admin, body: { accountId: seller.id, role: 'member' } };
  await site.gateway.call('POST', `/api/organizations/${id}/members`, member);
  return seller;
}

function draft(site, { token }) {
  const body = {
    documentType: 'order',
    customer: { name: 'Ana Novak', street: 'Trg 1', postCode: '1000', city: 'Ljubljana', country: 'SI' },
    lines: [{ code: 'ART-1', name: 'Art', unit: 'kos', quantity: 2, unitPrice: 10, taxCode: '220', taxPercent: 22 }],
  };
  return site.gateway.call('POST', '/api/sales-documents', { token, body });
}

for (const transport of ['websocket', 'polling']) {
  const options = { transports: [transport] };

  test(`admins hear how far a sync of users is, over ${transport}`, async (t) => {
    const onlineUrl = await userServer(t);
    const variables = { EXTERNAL_API_EMAIL: 'admin@example.com', EXTERNAL_API_PASSWORD: 'remote-password' };
    const site = await house(t, 'sqlite', variables);
    const desk = await join(t, site.gateway, '/admin', { token: site.admin }, options);
    const body = { id: 1, locationCode: 'L1', locationName: 'Location 1', onlineUrl };
    await site.gateway.call('POST', '/api/directory/locations', { token: site.admin, body });
    const preview = await site.gateway.call('POST', '/api/user-sync/locations/1/preview', { token: site.admin, body: {} });
    await desk.heard('user-sync:progress', (e) => e.previewId === preview.previewId && e.done === USERS);
  });

  test(`admins hear how far a sync of sales documents is, over ${transport}`, async (t) => {
    const site = await house(t, 'sqlite', { METAKOCKA_TEST_MODE: 'true' });
    const desk = await join(t, site.gateway, '/admin', { token: site.admin }, options);
    const member = await seller(site);
    const document = await draft(site, member);
    const sync = '/api/integrations/metakocka/sales-documents/sync?async=true';
    await site.gateway.call('POST', sync, { token: member.token, body: { documentIds: [document.id] } });
    const done = await desk.heard('metakocka:progress', (e) => e.synced === 1);
    assert.ok(done.runId);
    assert.deepEqual([done.total, done.failed, done.skipped], [1, 0, 0]);
  });
}
