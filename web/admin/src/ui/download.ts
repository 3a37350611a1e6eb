import { api } from "../api/client";

/** Saves an answer of the gateway as a file: a link cannot sign in. */
export async function download(path: string, name: string): Promise<void> {
  const token = await api.tokens.accessToken();
  const response = await fetch(path, {
    headers: token ? { Authorization: `Bearer ${token}` } : {},
  });
  if (!response.ok) throw new Error(String(response.status));
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
