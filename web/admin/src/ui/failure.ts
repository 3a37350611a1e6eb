import { LockstepError } from "../api/client";
import type { Messages } from "../i18n/en";

/** What went wrong in a sentence: the gateway's own words where it gave any. */
export function sentence(error: unknown, text: Messages): string {
  if (!(error instanceof LockstepError)) return text.common.failed;
  if (error.code === "unreachable") return text.common.unreachable;
  if (error.code === "unexpected_answer") return text.common.failedWith(error.status);
  const [field] = error.fields;
  return field ? `${field.field}: ${field.error}` : error.message;
}

/** What is wrong with each field of a form. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof LockstepError)) return {};
  return Object.fromEntries(error.fields.map(({ field, error }) => [field, error]));
}
