// Starts real gateways, each with a database of its own, and speaks REST to them.
import { spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

export const BINARY =
  process.env.GATEWAY_BIN ?? fileURLToPath(new URL('../../../target/debug/gateway', import.meta.url));
const JWT_SECRET = '0123456789abcdef0123456789abcdef';
export const ADMIN = 'admin@lockstep.test';
export const PASSWORD = 'correct horse battery';

const VARIABLES = {
  BIND_ADDR: '127.0.0.1:0',
  JWT_SECRET,
  CREDENTIALS_KEY: 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
  ADMIN_EMAIL: ADMIN,
  ADMIN_PASSWORD: PASSWORD,
  ACCESS_TOKEN_TTL_SECONDS: '3600',
  RATE_LIMIT_ANONYMOUS_PER_MINUTE: '0',
  RATE_LIMIT_LOGIN_FAILURES: '0',
  LOG_FORMAT: 'json',
};

/** A database of its own: SQLite in a folder, or one on the Postgres of the tests. */
export async function database(kind) {
  if (kind === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'lockstep-'));
    return {
      url: `sqlite://${folder}/test.db?mode=rwc`,
      drop: async () => rmSync(folder, { recursive: true, force: true }),
    };
  }
  const server = process.env.TEST_POSTGRES_URL;
  if (!server) throw new Error('TEST_POSTGRES_URL is not set: run make test');
  const name = `node_${randomUUID().replaceAll('-', '')}`;
  const run = async (sql) => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await run(`CREATE DATABASE ${name}`);
  return {
    url: server.replace(/\/[^/]*$/, `/${name}`),
    drop: () => run(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/** A running gateway. */
export class Gateway {
  static async start(url, variables = {}) {
    const gateway = new Gateway();
    gateway.url = url;
    gateway.variables = variables;
    await gateway.#run();
    return gateway;
  }

  async #run() {
    const env = { ...VARIABLES, DATABASE_URL: this.url, ...this.variables };
    this.log = [];
    this.process = spawn(BINARY, ['serve'], { env, stdio: ['ignore', 'pipe', 'inherit'], cwd: tmpdir() });
    this.exited = once(this.process, 'exit');
    const listening = new Promise((resolve, reject) => {
      this.process.on('error', reject);
      this.exited.then(() => reject(new Error(`the gateway ended: ${this.log.join('\n')}`)), reject);
      createInterface({ input: this.process.stdout }).on('line', (line) => {
        this.log.push(line);
        const { address } = parsed(line);
        if (address) resolve(address);
      });
    });
    this.address = await listening;
    // The next start takes the same port, so that clients find it again.
    this.variables = { ...this.variables, BIND_ADDR: this.address };
    this.origin = `http://${this.address}`;
  }

  /** Ends it as a power cut would. */
  async kill() {
    this.process.kill('SIGKILL');
    await this.exited;
  }

  /** Starts it again on the same port. */
  async restart() {
    await this.#run();
  }

  /** Calls REST; `token` may be left out. Answers the body, and fails on another status than 2xx. */
  async call(method, path, { token, body } = {}) {
    const { status, json } = await this.ask(method, path, { token, body });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`);
    return json;
  }

  async ask(method, path, { token, body } = {}) {
    const headers = { ...(token && { authorization: `Bearer ${token}` }) };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const answer = await fetch(this.origin + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, json: await answer.json() };
  }

  async signIn(email) {
    const answer = await this.call('POST', '/api/auth/login', { body: { email, password: PASSWORD } });
    return answer.accessToken;
  }
}

/** A gateway with an admin, and what a test needs of people and bookings. It all ends with the test. */
export async function house(t, kind = 'sqlite', variables = {}) {
  const kept = await database(kind);
  const gateway = await Gateway.start(kept.url, variables);
  const house = new House(gateway);
  t.after(async () => {
    for (const other of [gateway, ...house.others]) await other.kill();
    await kept.drop();
  });
  house.admin = await gateway.signIn(ADMIN);
  return house;
}

class House {
  others = [];

  constructor(gateway) {
    this.gateway = gateway;
  }

  /** One more node on the same database. */
  async node(variables = {}) {
    const other = await Gateway.start(this.gateway.url, variables);
    this.others.push(other);
    return other;
  }

  /** A new account: its id and its token. */
  async person(role, name = role) {
    const email = `${randomUUID()}@lockstep.test`;
    const body = { email, password: PASSWORD, name, role };
    const { id } = await this.gateway.call('POST', '/api/accounts', { token: this.admin, body });
    return { id, email, token: await this.gateway.signIn(email) };
  }

  customer = (name) => this.person('customer', name);

  /** A partner who may be assigned. */
  async partner(name = 'Ratna') {
    const partner = await this.person('partner', name);
    const documents = {
      documentType: 'passport',
      documentNumber: 'X1234567',
      documentUrl: 'https://files.lockstep.test/x',
    };
    const path = `/api/partners/${partner.id}/kyc`;
    await this.gateway.call('POST', path, { token: partner.token, body: documents });
    await this.gateway.call('PATCH', path, { token: this.admin, body: { status: 'approved' } });
    return partner;
  }

  booking(customer, fields = {}) {
    const body = {
      customerId: customer.id,
      service: 'House Cleaning',
      scheduledAt: '2027-12-15T08:00:00.000Z',
      address: '123 Main St',
      amount: 999,
      currency: 'USD',
      ...fields,
    };
    return this.gateway.call('POST', '/bookings', { token: this.admin, body });
  }

  assign(booking, partner) {
    const path = `/bookings/${booking.id}/assign`;
    return this.gateway.call('POST', path, { token: this.admin, body: { partnerId: partner.id } });
  }

  move(booking, who, fields) {
    return this.gateway.call('PATCH', `/bookings/${booking.id}`, { token: who.token, body: fields });
  }
}

/** An access token like the gateway's, with other claims. */
export function forge(claims, secret = JWT_SECRET) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: 'lockstep', iat: now, exp: now + 600, jti: randomUUID(), ...claims };
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(all)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
