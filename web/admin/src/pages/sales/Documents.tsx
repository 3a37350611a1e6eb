import { Button, Select } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { SalesDocument } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { type Column, DataTable } from "../../ui/DataTable";
import { Filters } from "../../ui/Filters";
import { SearchField } from "../../ui/SearchField";
import { Empty } from "../../ui/states";
import { useListParams } from "../../ui/useListParams";
import { useActing } from "./acting";
import { SyncAll, SyncOne } from "./buttons";
import { DocumentForm } from "./DocumentForm";
import { Sales } from "./Sales";
import { DOCUMENT_TYPES, DocumentSyncTag, SYNC_STATES } from "./SyncTag";

function useColumns(): Column<SalesDocument>[] {
  const { text } = useText();
  const format = useFormat();
  const t = text.sales;
  return [
    {
      key: "number",
      header: t.number,
      fixed: true,
      cell: (one) => (
        <Link className="text-link" to={`/documents/${encodeURIComponent(one.id)}`}>
          {one.documentNumber}
        </Link>
      ),
    },
    { key: "type", header: t.type, cell: (one) => t.types[one.documentType] ?? one.documentType },
    { key: "customer", header: t.customer, cell: (one) => one.customer.name },
    {
      key: "date",
      header: t.date,
      fixed: true,
      cell: (one) => format.day(`${one.documentDate}T00:00`),
    },
    {
      key: "total",
      header: t.total,
      align: "right",
      fixed: true,
      cell: (one) => format.money(one.total, one.currency),
    },
    {
      key: "sync",
      header: t.sync,
      cell: (one) =>
        one.syncStatus === "conflict" ? (
          <Link to={`/documents/${encodeURIComponent(one.id)}/conflict`}>
            <DocumentSyncTag status={one.syncStatus} />
          </Link>
        ) : (
          <DocumentSyncTag status={one.syncStatus} />
        ),
    },
    {
      key: "actions",
      header: <span className="visually-hidden">{text.common.actions}</span>,
      align: "right",
      cell: (one) =>
        one.syncStatus === "conflict" ? (
          <Button
            component={Link}
            to={`/documents/${encodeURIComponent(one.id)}/conflict`}
            size="compact-sm"
            variant="default"
          >
            {t.errors.compare}
          </Button>
        ) : (
          <SyncOne documentId={one.id} />
        ),
    },
  ];
}

function ListFilters() {
  const { text } = useText();
  const t = text.sales;
  const { get, set } = useListParams();
  return (
    <Filters>
      <SearchField value={get("q")} onSearch={(q) => set("q", q)} label={t.search} />
      <Select
        label={t.filterType}
        placeholder={text.common.all}
        clearable
        data={DOCUMENT_TYPES.map((value) => ({ value, label: t.types[value] ?? value }))}
        value={get("type") ?? null}
        onChange={(value) => set("type", value)}
      />
      <Select
        label={t.filterSync}
        placeholder={text.common.all}
        clearable
        data={SYNC_STATES.map((value) => ({ value, label: t.syncStates[value] ?? value }))}
        value={get("sync") ?? null}
        onChange={(value) => set("sync", value)}
      />
    </Filters>
  );
}

export function Component() {
  const { text } = useText();
  const t = text.sales;
  const [creating, creation] = useDisclosure();
  return (
    <Sales
      title={t.title}
      lead={t.lead}
      actions={
        <>
          <SyncAll />
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={creation.open}>
            {t.create}
          </Button>
        </>
      }
    >
      <ListFilters />
      <List />
      <DocumentForm opened={creating} onClose={creation.close} />
    </Sales>
  );
}

function List() {
  const { text } = useText();
  const { key } = useActing();
  const { page, get, toPage } = useListParams();
  const query: Record<string, string | number> = { page, perPage: 25 };
  for (const [name, value] of Object.entries({
    documentType: get("type"),
    syncStatus: get("sync"),
    q: get("q"),
  })) {
    if (value) query[name] = value;
  }
  const documents = useQuery({
    queryKey: ["sales-documents", "list", key, query],
    queryFn: () => api.get("/api/sales-documents", { params: { query } }),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns();
  return (
    <DataTable
      label={text.sales.title}
      columns={columns}
      rowKey={(one) => one.id}
      query={documents}
      onPage={toPage}
      empty={<Empty title={text.sales.empty}>{text.sales.emptyHelp}</Empty>}
    />
  );
}
