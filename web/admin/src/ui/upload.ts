import { api, LockstepError } from "../api/client";

/** Sends a file as it is, and reads the answer. */
export async function upload<T>(path: string, file: Blob, type: string): Promise<T> {
  const token = await api.tokens.accessToken();
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": type, ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    body: file,
  }).catch((cause: unknown) => {
    throw new LockstepError(0, {}, { cause });
  });
  const answer: unknown = await response.json().catch(() => ({}));
  if (!response.ok) throw new LockstepError(response.status, answer as Record<string, unknown>);
  return answer as T;
}
