import { createClient, type Lockstep } from "@lockstep/client";

export interface Seen {
  method: string;
  path: string;
  body: unknown;
  headers: Headers;
  signal: AbortSignal;
}

/** A gateway that answers what a test says, one answer a call, and remembers what it was asked. */
export class FakeGateway {
  readonly seen: Seen[] = [];
  readonly client: Lockstep;
  #answers: (Response | Promise<Response>)[] = [];

  constructor() {
    this.client = createClient({
      baseUrl: "https://gateway.test",
      token: "lk_test",
      fetch: async (input, init) => {
        const request = new Request(input, init);
        const { pathname, search } = new URL(request.url);
        const text = await request.text();
        this.seen.push({
          method: request.method,
          path: pathname + search,
          body: text ? JSON.parse(text) : undefined,
          headers: request.headers,
          signal: request.signal,
        });
        const answer = await this.#answers.shift();
        if (!answer) throw new TypeError("nothing answers");
        return answer;
      },
    });
  }

  answer(body: unknown, status = 200): void {
    this.#answers.push(Response.json(body, { status }));
  }

  refuse(status: number, code: string, error: string): void {
    this.answer({ success: false, code, error, requestId: "r1", timestamp: "" }, status);
  }

  /** An answer that comes when the test says so. */
  later(): (body: unknown) => void {
    let give: (response: Response) => void = () => {};
    this.#answers.push(
      new Promise((resolve) => {
        give = resolve;
      }),
    );
    return (body) => give(Response.json(body));
  }
}
