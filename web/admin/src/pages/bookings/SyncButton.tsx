import { ActionIcon, Tooltip } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { api } from "../../api/client";
import type { Booking } from "../../api/types";
import { useText } from "../../i18n/text";
import { useAct } from "../../ui/useAct";

/** Makes the customer's copy equal to the booking; a missing one is made. */
export function useSync(booking: Pick<Booking, "id" | "customerId">) {
  return useAct(
    () =>
      api.post("/bookings/{id}/manual-sync", {
        params: { path: { id: booking.id } },
        body: { customerId: booking.customerId },
      }),
    { told: (answer) => answer.message, stale: ["bookings"] },
  );
}

export function SyncButton({
  booking,
}: {
  booking: Pick<Booking, "id" | "customerId"> & { bookingNumber?: string };
}) {
  const { text } = useText();
  const sync = useSync(booking);
  return (
    <Tooltip label={text.bookings.syncNow}>
      <ActionIcon
        variant="subtle"
        loading={sync.isPending}
        onClick={() => sync.mutate()}
        aria-label={`${text.bookings.syncNow}: ${booking.bookingNumber ?? booking.id}`}
      >
        <IconRefresh size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
