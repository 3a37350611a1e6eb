import { useText } from "../../i18n/text";
import { Tag, type Tone } from "../../ui/Tag";

const TONES: Record<string, Tone> = {
  synced: "good",
  pending: "warn",
  failed: "bad",
  conflict: "bad",
};

export function DocumentSyncTag({ status }: { status: string }) {
  const { text } = useText();
  return <Tag tone={TONES[status] ?? "neutral"}>{text.sales.syncStates[status] ?? status}</Tag>;
}

export const DOCUMENT_TYPES = [
  "offer",
  "order",
  "invoice_domestic",
  "invoice_foreign",
  "invoice_retail",
  "invoice_advance",
  "credit_note",
] as const;

export const SYNC_STATES = ["pending", "synced", "failed", "conflict"] as const;
