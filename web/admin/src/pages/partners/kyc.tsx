import { useText } from "../../i18n/text";
import { Tag, type Tone } from "../../ui/Tag";

const TONES: Record<string, Tone> = {
  approved: "good",
  rejected: "bad",
  pending: "warn",
  submitted: "warn",
};

export function KycTag({ status }: { status: string }) {
  const { text } = useText();
  return (
    <Tag tone={TONES[status] ?? "neutral"}>{text.bookings.partners.states[status] ?? status}</Tag>
  );
}
