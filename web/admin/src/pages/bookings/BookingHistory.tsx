import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import type { HistoryEntry } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Changes } from "../../ui/Changes";
import { type Column, DataTable } from "../../ui/DataTable";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/states";
import { Tag } from "../../ui/Tag";
import { useNames } from "./people";

/** Who changed or synced what, and when. */
export function BookingHistory({ id }: { id: string }) {
  const { text } = useText();
  const format = useFormat();
  const nameOf = useNames();
  const t = text.bookings;
  const [page, setPage] = useState(1);
  const history = useQuery({
    queryKey: ["bookings", "history", id, page],
    queryFn: () =>
      api.get("/bookings/{id}/sync-history", {
        params: { path: { id }, query: { page, perPage: 10 } },
      }),
    placeholderData: keepPreviousData,
  });
  const columns: Column<HistoryEntry>[] = [
    {
      key: "at",
      header: t.when,
      fixed: true,
      cell: ({ at }) => format.moment(at),
    },
    { key: "who", header: t.who, cell: ({ actor }) => nameOf(actor.id) || actor.kind },
    {
      key: "call",
      header: t.call,
      cell: ({ call }) => t.calls[call] ?? call,
    },
    {
      key: "changes",
      wide: true,
      header: t.changes,
      cell: ({ changes, error }) =>
        error ? <Tag tone="bad">{error}</Tag> : <Changes changes={changes} people={nameOf} />,
    },
  ];
  return (
    <Panel title={t.history}>
      <DataTable
        label={t.history}
        columns={columns}
        rowKey={(one) => one.id}
        query={history}
        onPage={setPage}
        empty={<Empty title={t.historyEmpty} />}
      />
    </Panel>
  );
}
