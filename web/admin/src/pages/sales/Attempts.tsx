import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { SyncAttempt } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { type Column, DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/states";
import { Tag, type Tone } from "../../ui/Tag";
import { useActing } from "./acting";

const TONES: Record<string, Tone> = {
  created: "good",
  updated: "good",
  adopted: "info",
  unchanged: "neutral",
  conflict: "bad",
  unknown: "warn",
  failed: "bad",
};

function useColumns(ofOne: boolean): Column<SyncAttempt>[] {
  const { text } = useText();
  const format = useFormat();
  const t = text.sales.history;
  const document: Column<SyncAttempt> = {
    key: "document",
    header: text.sales.errors.document,
    cell: (one) => (
      <Link className="text-link" to={`/documents/${encodeURIComponent(one.documentId)}`}>
        {one.documentId}
      </Link>
    ),
  };
  return [
    { key: "when", header: t.when, fixed: true, cell: (one) => format.moment(one.timestamp) },
    ...(ofOne ? [] : [document]),
    {
      key: "direction",
      header: t.direction,
      fixed: true,
      cell: (one) => text.sales.directions[one.direction] ?? one.direction,
    },
    {
      key: "outcome",
      header: t.outcome,
      cell: (one) => (
        <Tag tone={TONES[one.outcome] ?? "neutral"}>{t.outcomes[one.outcome] ?? one.outcome}</Tag>
      ),
    },
    {
      key: "duration",
      header: t.duration,
      align: "right",
      fixed: true,
      cell: (one) => t.milliseconds(format.number(one.durationMs)),
    },
    {
      key: "error",
      header: t.error,
      wide: true,
      cell: (one) =>
        one.error ? `${one.error}${one.remoteCode ? ` (${one.remoteCode})` : ""}` : "–",
    },
  ];
}

/** Attempts to sync, the latest first. */
export function Attempts(props: {
  documentId?: string | undefined;
  page?: number;
  onPage?: (page: number) => void;
}) {
  const { text } = useText();
  const { key } = useActing();
  const [own, setOwn] = useState(1);
  const query = {
    page: props.page ?? own,
    perPage: props.page ? 50 : 10,
    ...(props.documentId ? { documentId: props.documentId } : {}),
  };
  const history = useQuery({
    queryKey: ["metakocka", "history", key, query],
    queryFn: () => api.get("/api/integrations/metakocka/history", { params: { query } }),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns(!props.page);
  return (
    <DataTable
      label={text.sales.history.title}
      columns={columns}
      rowKey={(one) => one.id}
      query={history}
      onPage={props.onPage ?? setOwn}
      empty={<Empty title={text.sales.history.empty} />}
    />
  );
}
