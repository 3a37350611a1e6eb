import type { ErrorBody, FieldError } from "./types.js";

/** Why there is no answer, or not the one that was asked for. */
export class LockstepError extends Error {
  override readonly name = "LockstepError";
  /** The status of the answer; 0 where none came, or where a socket refused. */
  readonly status: number;
  /**
   * What went wrong, for a program: a code of the gateway's, `unreachable` where no answer came, `unexpected_answer`
   * where something else than the gateway answered.
   */
  readonly code: string;
  /** The id of the request, as in the gateway's log. */
  readonly requestId: string | undefined;
  /** The fields that are wrong. */
  readonly fields: readonly FieldError[];
  /** Seconds after which it is worth trying again. */
  readonly retryAfter: number | undefined;
  /** Everything that was answered. */
  readonly body: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    body: Partial<ErrorBody> & Record<string, unknown>,
    about: { requestId?: string | null; retryAfter?: string | null; cause?: unknown } = {},
  ) {
    const said = typeof body.error === "string" ? body.error : undefined;
    super(said ?? sentence(status), about.cause === undefined ? undefined : { cause: about.cause });
    this.status = status;
    this.code = typeof body.code === "string" ? body.code : codeOf(status);
    this.requestId = body.requestId ?? about.requestId ?? undefined;
    this.fields = Array.isArray(body.fields) ? body.fields : [];
    const seconds = Number(about.retryAfter ?? Number.NaN);
    this.retryAfter = Number.isFinite(seconds) ? seconds : undefined;
    this.body = body;
  }

  /** What is wrong with one field, if anything is. */
  field(name: string): string | undefined {
    return this.fields.find((one) => one.field === name)?.error;
  }
}

function sentence(status: number): string {
  return status === 0
    ? "The gateway cannot be reached"
    : `Something else than the gateway answered with status ${status}`;
}

function codeOf(status: number): string {
  return status === 0 ? "unreachable" : "unexpected_answer";
}

/** The error of an answer whose body, parsed or not, is `body`. */
export function refusal(response: Response, body: unknown): LockstepError {
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  return new LockstepError(response.status, isObject ? { ...body } : {}, {
    requestId: response.headers.get("x-request-id"),
    retryAfter: response.headers.get("retry-after"),
  });
}

/** The error of a call that got no answer. What the caller gave up stays what it is. */
export function noAnswer(cause: unknown): unknown {
  if (cause instanceof LockstepError) return cause;
  const name = cause instanceof Error ? cause.name : undefined;
  if (name === "AbortError" || name === "TimeoutError") return cause;
  return new LockstepError(0, {}, { cause });
}
