// Starts real gateways, each on an SQLite database of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createClient, type Lockstep, type LockstepOptions, type User } from "../src/index.js";

const BINARY =
  process.env["GATEWAY_BIN"] ??
  fileURLToPath(new URL("../../../target/debug/gateway", import.meta.url));
export const ADMIN = { email: "admin@lockstep.test", password: "correct horse battery" };
const PASSWORD = ADMIN.password;

const VARIABLES = {
  BIND_ADDR: "127.0.0.1:0",
  JWT_SECRET: "0123456789abcdef0123456789abcdef",
  CREDENTIALS_KEY: "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
  RATE_LIMIT_ANONYMOUS_PER_MINUTE: "0",
  RATE_LIMIT_LOGIN_FAILURES: "0",
  LOG_FORMAT: "json",
};

export class Gateway {
  readonly #folder = mkdtempSync(join(tmpdir(), "lockstep-"));
  readonly #variables: Record<string, string>;
  #address = "127.0.0.1:0";
  #stop: () => Promise<void> = async () => {};
  #serial = 0;

  private constructor(variables: Record<string, string>) {
    this.#variables = variables;
  }

  static async start(variables: Record<string, string> = {}): Promise<Gateway> {
    const gateway = new Gateway(variables);
    await gateway.restart();
    return gateway;
  }

  get url(): string {
    return `http://${this.#address}`;
  }

  /** Starts it, after `kill` on the same port. */
  async restart(): Promise<void> {
    const child = spawn(BINARY, ["serve"], {
      cwd: this.#folder,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...VARIABLES,
        DATABASE_URL: `sqlite://${this.#folder}/test.db?mode=rwc`,
        ...this.#variables,
        BIND_ADDR: this.#address,
      },
    });
    const exited = once(child, "exit");
    this.#stop = async () => {
      child.kill("SIGKILL");
      await exited;
    };
    this.#address = await new Promise<string>((resolve, reject) => {
      child.on("error", reject);
      exited.then(() => reject(new Error("the gateway ended")), reject);
      createInterface({ input: child.stdout }).on("line", (line) => {
        const address = /"address":"([^"]+)"/.exec(line)?.[1];
        if (address) resolve(address);
      });
    });
  }

  /** Ends it as a power cut would. */
  kill(): Promise<void> {
    return this.#stop();
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A client that nobody signed in with. */
  client(options: LockstepOptions = {}): Lockstep {
    return createClient({ baseUrl: this.url, ...options });
  }

  async admin(options: LockstepOptions = {}): Promise<Lockstep> {
    const client = this.client(options);
    await client.session.signIn(ADMIN);
    return client;
  }

  /** Somebody new who registered. */
  async customer(options: LockstepOptions = {}): Promise<{ client: Lockstep; user: User }> {
    const client = this.client(options);
    const user = await client.session.register({
      email: this.#email(),
      password: PASSWORD,
      name: "Ayu",
    });
    return { client, user };
  }

  /** Somebody new who may be assigned. */
  async partner(admin: Lockstep): Promise<{ client: Lockstep; user: User }> {
    const client = this.client();
    const person = { email: this.#email(), password: PASSWORD, name: "Ratna" };
    const user = await client.session.registerPartner({ ...person, services: [] });
    const params = { path: { id: user.id } };
    const body = {
      documentType: "passport",
      documentNumber: "X1",
      documentUrl: "https://f.test/x",
    };
    await client.post("/api/partners/{id}/kyc", { params, body });
    await admin.patch("/api/partners/{id}/kyc", { params, body: { status: "approved" } });
    return { client, user };
  }

  #email(): string {
    this.#serial += 1;
    return `person-${this.#serial}@lockstep.test`;
  }
}

export const BOOKING = {
  service: "House Cleaning",
  scheduledAt: "2027-12-15T08:00:00.000Z",
  address: "123 Main St",
  amount: 999,
  currency: "USD",
};
