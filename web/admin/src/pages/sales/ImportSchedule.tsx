import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, LockstepError } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Facts } from "../../ui/Facts";
import { sentence } from "../../ui/failure";
import { Panel } from "../../ui/Panel";
import { ownZone, ScheduleFields } from "../../ui/ScheduleFields";
import { Answered } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { useActing } from "./acting";
import { useCredentials } from "./Sales";

type Schedule = Schemas["ImportSchedule"];

/** When documents are pulled by themselves. */
export function ImportSchedule() {
  const { text } = useText();
  const { key } = useActing();
  const credentials = useCredentials();
  const schedule = useQuery<Schedule | null>({
    queryKey: ["metakocka", "schedule", key],
    queryFn: () =>
      api.get("/api/integrations/metakocka/import-schedule").catch((error: unknown) => {
        if (error instanceof LockstepError && error.status === 404) return null;
        throw error;
      }),
    // Without credentials nothing is pulled by itself: there is nothing to ask for.
    enabled: credentials.data?.configured === true,
  });
  if (credentials.data?.configured === false) return null;
  return (
    <Panel title={text.sales.settings.schedule}>
      <Answered query={schedule}>
        {(known) => <Form key={known?.cron ?? ""} known={known?.cron ? known : null} />}
      </Answered>
    </Panel>
  );
}

function Form({ known }: { known: Schedule | null }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.sales.settings;
  const [value, setValue] = useState({
    cron: known?.cron ?? "0 2 * * *",
    timezone: known?.timezone ?? ownZone(),
  });
  const save = useAct(
    () =>
      api.post("/api/integrations/metakocka/import-schedule", {
        body: { ...value, cron: value.cron.trim() },
      }),
    { stale: ["metakocka"], quiet: true },
  );
  const remove = useAct(
    () => api.post("/api/integrations/metakocka/import-schedule", { body: { cron: null } }),
    { stale: ["metakocka"], quiet: true },
  );
  const error = save.error ?? remove.error;
  return (
    <Stack maw={560}>
      {error ? (
        <Alert color="red" role="alert">
          {sentence(error, text)}
        </Alert>
      ) : null}
      {known ? (
        <Facts
          facts={[
            [t.nextRun, format.moment(known.nextRunAt)],
            [t.importedUntil, format.moment(known.importedUntil)],
          ]}
        />
      ) : (
        <Text size="sm">{t.scheduleNone}</Text>
      )}
      <ScheduleFields value={value} onChange={setValue} />
      <Group>
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          {t.scheduleSave}
        </Button>
        {known ? (
          <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate()}>
            {text.directory.locations.removeSchedule}
          </Button>
        ) : null}
      </Group>
    </Stack>
  );
}
