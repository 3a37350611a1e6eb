import { Alert, Button, Group, Modal, Stack } from "@mantine/core";
import { useEffect, useState } from "react";
import { api } from "../../api/client";
import type { Location } from "../../api/types";
import { useText } from "../../i18n/text";
import { sentence } from "../../ui/failure";
import { ownZone, type Recurrence, ScheduleFields } from "../../ui/ScheduleFields";
import { useAct } from "../../ui/useAct";

/** When a location is synced by itself. */
export function ScheduleModal(props: { location: Location | undefined; onClose: () => void }) {
  const { text } = useText();
  const t = text.directory.locations;
  const { location } = props;
  const [value, setValue] = useState<Recurrence>({ cron: "", timezone: ownZone() });
  const save = useAct(
    (cron: string | null) =>
      api.put("/api/directory/locations/{id}/schedule", {
        params: { path: { id: location?.id ?? 0 } },
        body: { cron, timezone: value.timezone },
      }),
    {
      told: ({ locationName }) => t.savedToast(locationName),
      stale: ["locations"],
      quiet: true,
      done: props.onClose,
    },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins anew with each location
  useEffect(() => {
    const schedule = location?.schedule;
    setValue({ cron: schedule?.cron ?? "0 2 * * *", timezone: schedule?.timezone ?? ownZone() });
    save.reset();
  }, [location]);
  return (
    <Modal
      opened={location !== undefined}
      onClose={props.onClose}
      title={t.scheduleTitle(location?.locationName ?? "")}
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(value.cron.trim());
        }}
      >
        <Stack>
          {save.error ? (
            <Alert color="red" role="alert">
              {sentence(save.error, text)}
            </Alert>
          ) : null}
          <ScheduleFields value={value} onChange={setValue} />
          <Group justify="space-between">
            {location?.schedule ? (
              <Button variant="default" onClick={() => save.mutate(null)}>
                {t.removeSchedule}
              </Button>
            ) : (
              <span />
            )}
            <Button type="submit" loading={save.isPending} disabled={!value.cron.trim()}>
              {text.common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
