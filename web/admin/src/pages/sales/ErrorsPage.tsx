import { Button, Group } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { SyncMapping } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { type Column, DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { useListParams } from "../../ui/useListParams";
import { useActing } from "./acting";
import { Sales } from "./Sales";
import { DocumentSyncTag } from "./SyncTag";

function Retry({ documentId }: { documentId: string }) {
  const { text } = useText();
  const t = text.sales.errors;
  const retry = useAct(
    () =>
      api.post("/api/integrations/metakocka/errors/{documentId}/retry", {
        params: { path: { documentId } },
      }),
    { told: () => t.syncedToast, stale: ["metakocka", "sales-documents"] },
  );
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={retry.isPending}
      aria-label={`${t.retry}: ${documentId}`}
      onClick={() => retry.mutate()}
    >
      {t.retry}
    </Button>
  );
}

function useColumns(): Column<SyncMapping>[] {
  const { text } = useText();
  const format = useFormat();
  const t = text.sales.errors;
  const path = (one: SyncMapping) => `/documents/${encodeURIComponent(one.documentId)}`;
  return [
    {
      key: "document",
      header: t.document,
      cell: (one) => (
        <Link className="text-link" to={path(one)}>
          {one.documentId}
        </Link>
      ),
    },
    {
      key: "type",
      header: text.sales.type,
      cell: (one) => text.sales.types[one.documentType] ?? one.documentType,
    },
    {
      key: "state",
      header: text.sales.sync,
      cell: (one) => <DocumentSyncTag status={one.syncStatus} />,
    },
    { key: "problem", header: t.problem, wide: true, cell: (one) => one.syncError ?? "–" },
    { key: "code", header: t.code, cell: (one) => one.remoteCode ?? "–" },
    {
      key: "next",
      header: t.next,
      cell: (one) => (one.nextAttemptAt ? format.moment(one.nextAttemptAt) : t.byHand),
    },
    {
      key: "actions",
      header: <span className="visually-hidden">{text.common.actions}</span>,
      align: "right",
      cell: (one) =>
        one.syncStatus === "conflict" ? (
          <Button component={Link} to={`${path(one)}/conflict`} size="compact-sm" variant="default">
            {t.compare}
          </Button>
        ) : (
          <Retry documentId={one.documentId} />
        ),
    },
  ];
}

export function Component() {
  const { text } = useText();
  const format = useFormat();
  const { key } = useActing();
  const t = text.sales.errors;
  const { page, toPage } = useListParams();
  const errors = useQuery({
    queryKey: ["metakocka", "errors", key, page],
    queryFn: () =>
      api.get("/api/integrations/metakocka/errors", { params: { query: { page, perPage: 50 } } }),
    placeholderData: keepPreviousData,
    refetchInterval: 10_000,
  });
  const all = useAct(() => api.post("/api/integrations/metakocka/errors/retry", { body: {} }), {
    told: ({ retried }) => t.retriedToast(format.number(retried)),
    stale: ["metakocka", "sales-documents"],
  });
  const columns = useColumns();
  return (
    <Sales
      title={t.title}
      lead={t.lead}
      actions={
        <Group>
          <Button loading={all.isPending} onClick={() => all.mutate()}>
            {t.retryAll}
          </Button>
        </Group>
      }
    >
      <DataTable
        label={t.title}
        columns={columns}
        rowKey={(one) => one.documentId}
        query={errors}
        onPage={toPage}
        empty={<Empty title={t.empty}>{t.emptyHelp}</Empty>}
      />
    </Sales>
  );
}
