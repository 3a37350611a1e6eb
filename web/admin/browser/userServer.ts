import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of users outside, like those that a location names. */
export interface UserServer {
  url: string;
  stop: () => void;
}

/** Starts a server that has `count` users called `<prefix>00001@dkm` and so on, and lets everybody in. */
export async function startUserServer(prefix: string, count: number): Promise<UserServer> {
  const users = Array.from({ length: count }, (_, index) => ({
    id_user: count - index,
    name: `Person ${count - index}`,
    email: `${prefix}${String(count - index).padStart(5, "0")}@dkm`,
    role: "vendor",
    status_user: 1,
    company: "PT DWIPA KHARISMA MITRA",
  }));
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const [limit, page] = [Number(searchParams.get("limit")), Number(searchParams.get("page"))];
    const answer = pathname.endsWith("/login")
      ? { object: { access_token: "token" }, status: "success" }
      : {
          object: users.slice((page - 1) * limit, page * limit),
          total: count,
          page,
          limit,
          status: "success",
        };
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
