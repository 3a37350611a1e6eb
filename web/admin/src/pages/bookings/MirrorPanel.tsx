import { Alert, Button, Group, Stack, Text, Tooltip } from "@mantine/core";
import { api } from "../../api/client";
import type { Booking } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Facts } from "../../ui/Facts";
import { Panel } from "../../ui/Panel";
import { Answered } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { DifferenceTable } from "./DifferenceTable";
import { useSync } from "./SyncButton";
import { SyncTag, useSyncStatus } from "./state";

/** The copy that the customer sees: whether it agrees, what differs, and what makes it agree. */
export function MirrorPanel({ booking }: { booking: Booking }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.bookings;
  const status = useSyncStatus(booking);
  const sync = useSync(booking);
  const search = useAct(
    () =>
      api.post("/bookings/{id}/find-and-sync", {
        params: { path: { id: booking.id } },
        body: { customerId: booking.customerId },
      }),
    { told: ({ message }) => message, stale: ["bookings"] },
  );
  return (
    <Panel title={t.syncTitle} actions={<SyncTag booking={booking} />}>
      <Answered query={status}>
        {(shown) => (
          <Stack gap="md">
            {shown.mirrorExists ? null : <Alert color="yellow">{t.mirrorMissing}</Alert>}
            {shown.inSync ? <Text size="sm">{t.allAgree}</Text> : null}
            {shown.mirrorExists && shown.differences.length > 0 ? (
              <DifferenceTable differences={shown.differences} />
            ) : null}
            <Facts
              facts={[
                [t.lastSync, format.moment(shown.lastSync)],
                [t.syncedBy, shown.syncedBy ? (t.calls[shown.syncedBy] ?? shown.syncedBy) : "–"],
              ]}
            />
            <Group gap="sm">
              <Button size="sm" loading={sync.isPending} onClick={() => sync.mutate()}>
                {t.syncNow}
              </Button>
              <Tooltip label={t.findAndSyncHelp} multiline maw={260}>
                <Button
                  size="sm"
                  variant="default"
                  loading={search.isPending}
                  onClick={() => search.mutate()}
                >
                  {t.findAndSync}
                </Button>
              </Tooltip>
            </Group>
          </Stack>
        )}
      </Answered>
    </Panel>
  );
}
