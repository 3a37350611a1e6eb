import { SegmentedControl } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { Partner } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { type Column, DataTable } from "../../ui/DataTable";
import { Filters } from "../../ui/Filters";
import { Page } from "../../ui/Page";
import { SearchField } from "../../ui/SearchField";
import { Empty } from "../../ui/states";
import { useListParams } from "../../ui/useListParams";
import { KycTag } from "./kyc";

export function Component() {
  const { text } = useText();
  const format = useFormat();
  const t = text.bookings.partners;
  const { page, get, set, toPage } = useListParams();
  const q = get("q");
  const status = get("status");
  const query = {
    page,
    perPage: 25,
    ...(q ? { q } : {}),
    ...(status ? { status } : {}),
  };
  const partners = useQuery({
    queryKey: ["partners", "list", query],
    queryFn: () => api.get("/api/partners", { params: { query } }),
    placeholderData: keepPreviousData,
  });
  const columns: Column<Partner>[] = [
    {
      key: "name",
      header: t.name,
      cell: (one) => (
        <Link className="text-link" to={`/partners/${encodeURIComponent(one.id)}`}>
          {one.name}
        </Link>
      ),
    },
    {
      key: "contact",
      header: t.contact,
      cell: (one) => (
        <>
          <div>{one.email}</div>
          <div>{one.phone}</div>
        </>
      ),
    },
    {
      key: "services",
      header: t.services,
      cell: (one) => one.services.join(", ") || "–",
    },
    {
      key: "kyc",
      header: t.kyc,
      cell: (one) => <KycTag status={one.kyc.status} />,
    },
    {
      key: "since",
      header: t.since,
      fixed: true,
      cell: (one) => format.day(one.createdAt),
    },
  ];
  return (
    <Page title={t.title} lead={t.lead}>
      <Filters>
        <SearchField value={q} onSearch={(value) => set("q", value)} label={t.search} />
        <SegmentedControl
          className="filter-choice"
          aria-label={t.kyc}
          value={status ?? ""}
          onChange={(value) => set("status", value)}
          data={["", "pending", "approved", "rejected"].map((value) => ({
            value,
            label: value ? (t.states[value] ?? value) : text.common.all,
          }))}
        />
      </Filters>
      <DataTable
        label={t.title}
        columns={columns}
        rowKey={(one) => one.id}
        query={partners}
        onPage={toPage}
        empty={<Empty title={t.empty} />}
      />
    </Page>
  );
}
