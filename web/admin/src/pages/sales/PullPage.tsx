import { Button, Select, Text, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { RemoteDocument } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { type Column, DataTable } from "../../ui/DataTable";
import { Filters } from "../../ui/Filters";
import { Empty } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { useListParams } from "../../ui/useListParams";
import { useActing } from "./acting";
import { Sales } from "./Sales";
import { DOCUMENT_TYPES } from "./SyncTag";

const PULL = "/api/integrations/metakocka/sales-documents/sync-from-metakocka";

function Pull({ document }: { document: RemoteDocument }) {
  const { text } = useText();
  const t = text.sales.pull;
  const pull = useAct(
    () =>
      api.post(PULL, { body: { metakockaId: document.id, documentType: document.documentType } }),
    { told: () => t.pulledToast, stale: ["metakocka", "sales-documents"] },
  );
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={pull.isPending}
      aria-label={`${t.pull}: ${document.number ?? document.id}`}
      onClick={() => pull.mutate()}
    >
      {t.pull}
    </Button>
  );
}

function useColumns(): Column<RemoteDocument>[] {
  const { text } = useText();
  const format = useFormat();
  const t = text.sales;
  return [
    { key: "number", header: t.number, cell: (one) => one.number ?? one.id },
    { key: "type", header: t.type, cell: (one) => t.types[one.documentType] ?? one.documentType },
    { key: "customer", header: t.customer, cell: (one) => one.customer ?? "–" },
    { key: "date", header: t.date, fixed: true, cell: (one) => format.day(`${one.date}T00:00`) },
    {
      key: "total",
      header: t.total,
      align: "right",
      cell: (one) => (one.total == null ? "–" : format.money(one.total, one.currency ?? "EUR")),
    },
    {
      key: "pull",
      header: <span className="visually-hidden">{text.common.actions}</span>,
      align: "right",
      cell: (one) => <Pull document={one} />,
    },
  ];
}

export function Component() {
  const { text } = useText();
  const format = useFormat();
  const t = text.sales.pull;
  const all = useAct(() => api.post(PULL, { body: {} }), {
    // The answer to several is another one than to one document.
    told: (answer) => {
      const { synced = 0, failed = 0 } = answer as { synced?: number; failed?: number };
      return t.allToast(format.number(synced), format.number(failed));
    },
    stale: ["metakocka", "sales-documents"],
  });
  return (
    <Sales
      title={t.title}
      lead={t.lead}
      actions={
        <Button loading={all.isPending} onClick={() => all.mutate()}>
          {t.pullAll}
        </Button>
      }
    >
      <Waiting />
    </Sales>
  );
}

function Waiting() {
  const { text } = useText();
  const format = useFormat();
  const { key } = useActing();
  const t = text.sales.pull;
  const { page, get, set, toPage } = useListParams();
  const type = get("type");
  const since = get("since");
  const query = {
    page,
    perPage: 50,
    ...(type ? { documentType: type } : {}),
    ...(since ? { changedSince: `${since}T00:00:00Z` } : {}),
  };
  const remote = useQuery({
    queryKey: ["metakocka", "remote", key, query],
    queryFn: async () => {
      const { documents, ...window } = await api.get(PULL, { params: { query } });
      return { ...window, items: documents };
    },
    placeholderData: keepPreviousData,
  });
  const columns = useColumns();
  const total = remote.data?.total ?? 0;
  return (
    <>
      <Filters>
        <Select
          label={text.sales.filterType}
          placeholder={text.common.all}
          clearable
          data={DOCUMENT_TYPES.map((value) => ({ value, label: text.sales.types[value] ?? value }))}
          value={type ?? null}
          onChange={(value) => set("type", value)}
        />
        <TextInput
          type="date"
          label={t.since}
          value={since ?? ""}
          onChange={(event) => set("since", event.currentTarget.value)}
        />
      </Filters>
      <DataTable
        label={t.title}
        columns={columns}
        rowKey={(one) => one.id}
        query={remote}
        onPage={toPage}
        unnumbered
        empty={<Empty title={t.empty}>{t.emptyHelp}</Empty>}
      />
      {total > 0 ? (
        <Text size="sm" c="dimmed">
          {t.later(format.number(total))}
        </Text>
      ) : null}
    </>
  );
}
