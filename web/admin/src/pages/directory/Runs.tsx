import { Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { SyncRun } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { type Column, DataTable } from "../../ui/DataTable";
import { Filters } from "../../ui/Filters";
import { Page } from "../../ui/Page";
import { Empty } from "../../ui/states";
import { Tag } from "../../ui/Tag";
import { useListParams } from "../../ui/useListParams";
import { useLocationName, useLocations } from "./locations";

const TONES = { completed: "good", failed: "bad", running: "info" } as const;

export function RunTag({ run }: { run: SyncRun }) {
  const { text } = useText();
  const t = text.directory.runs;
  if (run.undoneByRunId) return <Tag tone="neutral">{t.undone}</Tag>;
  const tone = TONES[run.status as keyof typeof TONES] ?? "neutral";
  return <Tag tone={tone}>{t.statuses[run.status] ?? run.status}</Tag>;
}

function useColumns(): Column<SyncRun>[] {
  const { text } = useText();
  const format = useFormat();
  const nameOf = useLocationName();
  const t = text.directory.runs;
  return [
    {
      key: "started",
      header: t.started,
      fixed: true,
      cell: (one) => (
        <Link className="text-link" to={`/users/runs/${one.id}`}>
          {format.moment(one.startedAt)}
        </Link>
      ),
    },
    {
      key: "location",
      header: text.directory.users.location,
      cell: (one) => nameOf(one.locationId),
    },
    {
      key: "trigger",
      header: t.trigger,
      cell: (one) =>
        `${t.triggers[one.trigger] ?? one.trigger} · ${one.actor.id || one.actor.kind}`,
    },
    {
      key: "counts",
      header: t.counts,
      cell: ({ counts }) =>
        [counts.added, counts.reactivated, counts.updated, counts.deactivated]
          .map((count) => format.number(count))
          .join(" / "),
    },
    {
      key: "duration",
      header: t.duration,
      align: "right",
      cell: (one) =>
        one.durationMs == null ? "–" : t.seconds(format.number(one.durationMs / 1000)),
    },
    { key: "status", header: t.status, cell: (one) => <RunTag run={one} /> },
  ];
}

export function Component() {
  const { text } = useText();
  const t = text.directory.runs;
  const { page, get, set, toPage } = useListParams();
  const locations = useLocations().data?.items ?? [];
  const location = get("location");
  const query = { page, perPage: 25, ...(location ? { locationId: Number(location) } : {}) };
  const runs = useQuery({
    queryKey: ["runs", "list", query],
    queryFn: () => api.get("/api/user-sync/runs", { params: { query } }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ status }) => status === "running") ? 2000 : false,
  });
  const columns = useColumns();
  return (
    <Page title={t.title} lead={t.lead}>
      <Filters>
        <Select
          label={text.directory.users.filterLocation}
          placeholder={text.common.all}
          clearable
          data={locations.map((one) => ({ value: String(one.id), label: one.locationName }))}
          value={location ?? null}
          onChange={(value) => set("location", value)}
        />
      </Filters>
      <DataTable
        label={t.title}
        columns={columns}
        rowKey={(one) => one.id}
        query={runs}
        onPage={toPage}
        empty={<Empty title={t.empty}>{t.emptyHelp}</Empty>}
      />
    </Page>
  );
}
