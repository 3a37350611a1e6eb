import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { Booking } from "../../api/types";
import { useText } from "../../i18n/text";
import { Tag, type Tone } from "../../ui/Tag";

/** The states, in the order of a booking's life, and the word of the admin panel for each. */
export const STATUSES = [
  "PENDING",
  "PARTNER_ASSIGNED",
  "PARTNER_ACCEPTED",
  "IN_PROGRESS",
  "COMPLETED",
  "CANCELLED",
] as const;

export const ASSIGNED_STATUSES = [
  "unassigned",
  "assigned",
  "confirm",
  "completed",
  "cancelled",
] as const;

const TONES: Record<string, Tone> = {
  PENDING: "warn",
  PARTNER_ASSIGNED: "info",
  PARTNER_ACCEPTED: "accent",
  IN_PROGRESS: "accent",
  COMPLETED: "good",
  CANCELLED: "neutral",
};

export function StatusTag({ status }: { status: string }) {
  const { text } = useText();
  return <Tag tone={TONES[status] ?? "neutral"}>{text.bookings.states[status] ?? status}</Tag>;
}

/** How a booking and its customer's copy stand to each other. */
export function useSyncStatus(booking: Pick<Booking, "id" | "customerId">) {
  return useQuery({
    queryKey: ["bookings", "sync-status", booking.id, booking.customerId],
    queryFn: () =>
      api.get("/bookings/{id}/manual-sync-status", {
        params: {
          path: { id: booking.id },
          query: { customerId: booking.customerId },
        },
      }),
  });
}

export function SyncTag({ booking }: { booking: Pick<Booking, "id" | "customerId"> }) {
  const { text } = useText();
  const { data, isError } = useSyncStatus(booking);
  if (isError) return <Tag tone="neutral">{text.common.unknown}</Tag>;
  if (!data) return <Tag tone="neutral">{text.bookings.checking}</Tag>;
  if (data.inSync) {
    return (
      <Tag tone="good" icon={<IconCheck size={13} aria-hidden />}>
        {text.bookings.inSync}
      </Tag>
    );
  }
  return (
    <Tag tone="bad" icon={<IconAlertTriangle size={13} aria-hidden />}>
      {data.mirrorExists ? text.bookings.notInSync : text.bookings.missing}
    </Tag>
  );
}
