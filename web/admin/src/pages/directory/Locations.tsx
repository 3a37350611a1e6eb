import { Button, Group } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { Location } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { type Column, DataTable } from "../../ui/DataTable";
import { Page } from "../../ui/Page";
import { Empty } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { CheckModal } from "./CheckModal";
import { LocationForm } from "./LocationForm";
import { useLocations } from "./locations";
import { ScheduleModal } from "./ScheduleModal";

type Doing =
  | { what: "edit" | "schedule" | "check" | "delete"; location: Location }
  | { what: "new" };

function useColumns(begin: (doing: Doing) => void): Column<Location>[] {
  const { text } = useText();
  const format = useFormat();
  const t = text.directory.locations;
  const act = (
    what: "edit" | "schedule" | "check" | "delete",
    label: string,
    location: Location,
  ) => (
    <Button
      size="compact-sm"
      variant="default"
      aria-label={`${label}: ${location.locationName}`}
      onClick={() => begin({ what, location })}
    >
      {label}
    </Button>
  );
  return [
    { key: "id", header: t.id, cell: (one) => one.id },
    {
      key: "name",
      header: t.name,
      cell: (one) => (
        <Link className="text-link" to={`/users?location=${one.id}`}>
          {one.locationName}
        </Link>
      ),
    },
    { key: "code", header: t.code, cell: (one) => one.locationCode },
    { key: "url", header: t.url, cell: (one) => <span className="mono">{one.onlineUrl}</span> },
    {
      key: "credentials",
      header: t.credentials,
      cell: (one) => (one.hasCredentials ? t.own : t.common),
    },
    {
      key: "schedule",
      header: t.schedule,
      cell: (one) =>
        one.schedule ? (
          <>
            <span className="mono">{one.schedule.cron}</span>
            <div>
              {t.nextRun}: {format.moment(one.nextRun)}
            </div>
          </>
        ) : (
          t.noSchedule
        ),
    },
    {
      key: "last",
      header: t.lastSync,
      cell: (one) => (one.lastSync ? format.moment(one.lastSync) : t.never),
    },
    {
      key: "actions",
      header: <span className="visually-hidden">{text.common.actions}</span>,
      align: "right",
      cell: (one) => (
        <Group gap={6} justify="flex-end" wrap="nowrap">
          {act("check", t.check, one)}
          {act("schedule", t.schedule, one)}
          {act("edit", text.common.edit, one)}
          {act("delete", t.delete, one)}
        </Group>
      ),
    },
  ];
}

export function Component() {
  const { text } = useText();
  const t = text.directory.locations;
  const [doing, setDoing] = useState<Doing>();
  const locations = useLocations();
  const columns = useColumns(setDoing);
  const close = () => setDoing(undefined);
  const location = doing && "location" in doing ? doing.location : undefined;
  const of = (what: string) => (doing?.what === what ? location : undefined);
  const remove = useAct(
    ({ id }: Location) => api.delete("/api/directory/locations/{id}", { params: { path: { id } } }),
    {
      told: () => t.deletedToast(location?.locationName ?? ""),
      stale: ["locations"],
      done: close,
    },
  );
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Button
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => setDoing({ what: "new" })}
        >
          {t.create}
        </Button>
      }
    >
      <DataTable
        label={t.title}
        columns={columns}
        rowKey={(one) => one.id}
        query={locations}
        empty={<Empty title={t.empty} />}
      />
      <LocationForm edited={doing?.what === "new" ? "new" : of("edit")} onClose={close} />
      <ScheduleModal location={of("schedule")} onClose={close} />
      <CheckModal location={of("check")} onClose={close} />
      <Confirm
        opened={of("delete") !== undefined}
        title={t.deleteTitle(location?.locationName ?? "")}
        confirm={t.delete}
        danger
        busy={remove.isPending}
        onConfirm={() => location && remove.mutate(location)}
        onClose={close}
      >
        {t.deleteHelp}
      </Confirm>
    </Page>
  );
}
