import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useText } from "../i18n/text";

/** What recurs: a cron expression of five fields and the time zone in which it counts. */
export interface Recurrence {
  cron: string;
  timezone: string;
}

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function ScheduleFields(props: {
  value: Recurrence;
  onChange: (value: Recurrence) => void;
}) {
  const { text } = useText();
  const t = text.directory.locations;
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
  return (
    <Stack>
      <Group gap="xs">
        {Object.entries(t.presets).map(([cron, label]) => (
          <Button
            key={cron}
            size="compact-sm"
            variant={props.value.cron === cron ? "light" : "default"}
            aria-pressed={props.value.cron === cron}
            onClick={() => props.onChange({ ...props.value, cron })}
          >
            {label}
          </Button>
        ))}
      </Group>
      <TextInput
        label={t.cron}
        description={t.cronHelp}
        classNames={{ input: "mono" }}
        value={props.value.cron}
        onChange={(event) => props.onChange({ ...props.value, cron: event.currentTarget.value })}
        data-autofocus
      />
      <Select
        label={t.timezone}
        searchable
        allowDeselect={false}
        limit={80}
        data={zones}
        value={props.value.timezone}
        onChange={(timezone) => timezone && props.onChange({ ...props.value, timezone })}
      />
    </Stack>
  );
}
