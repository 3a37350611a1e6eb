import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../../", import.meta.url));

/** The password of everybody in the demo. */
export const PASSWORD = "lockstep-demo";

/** A demo of its own on a free port; nothing is shared between tests, and everything is gone afterwards. */
export interface Demo {
  url: string;
  /** Milliseconds from the start of the binary to its first answer. */
  startedIn: number;
  /** Calls as one of the demo's people; a body in words is CSV, any other JSON. */
  call: (method: string, path: string, body?: unknown, as?: string) => Promise<Answer>;
  stop: () => Promise<void>;
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they expect, and fail where it is not there
  body: any;
}

function binary(): string {
  const given = process.env.GATEWAY_BIN;
  const found = [
    given,
    `${repository}target/debug/gateway`,
    `${repository}target/release/gateway`,
  ].find((path) => path && existsSync(path));
  if (!found) throw new Error("Build the gateway first: cargo build -p gateway");
  return found;
}

/** Reads the address that a demo prints when it listens. */
function address(process: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const url = said.match(/listening on (http:\/\/\S+)/)?.[1];
      if (url) resolve(url);
    };
    process.stdout?.on("data", hear);
    process.stderr?.on("data", hear);
    process.once("exit", (code) => reject(new Error(`The demo ended with ${code}: ${said}`)));
  });
}

export async function startDemo(environment: Record<string, string> = {}): Promise<Demo> {
  const began = performance.now();
  const child = spawn(binary(), ["demo"], {
    env: { PATH: process.env.PATH ?? "", BIND_ADDR: "127.0.0.1:0", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const url = await address(child);
  await fetch(`${url}/healthz`);
  const startedIn = performance.now() - began;
  const tokens = new Map<string, string>();

  const send = async (
    method: string,
    path: string,
    body?: unknown,
    token?: string,
  ): Promise<Answer> => {
    const type = typeof body === "string" ? "text/csv" : "application/json";
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { "Content-Type": type }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };

  const call: Demo["call"] = async (method, path, body, as = "admin") => {
    let token = tokens.get(as);
    if (!token) {
      const credentials = { email: `${as}@lockstep.demo`, password: PASSWORD };
      const signedIn = await send("POST", "/api/auth/login", credentials);
      token = signedIn.body.accessToken as string;
      tokens.set(as, token);
    }
    return send(method, path, body, token);
  };

  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  };
  return { url, startedIn, call, stop };
}
