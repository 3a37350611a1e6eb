import { Button, Group, Select, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { Booking } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { type Column, DataTable } from "../../ui/DataTable";
import { Filters } from "../../ui/Filters";
import { Page } from "../../ui/Page";
import { SearchField } from "../../ui/SearchField";
import { Empty } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { useListParams } from "../../ui/useListParams";
import { BookingForm } from "./BookingForm";
import { useCustomers, useNames, usePartners } from "./people";
import { SyncButton } from "./SyncButton";
import { STATUSES, StatusTag, SyncTag } from "./state";

/** A day of a filter as the moment at which it begins, or at which it is over. */
function moment(day: string | undefined, days: number): string | undefined {
  if (!day) return undefined;
  const date = new Date(`${day}T00:00`);
  if (Number.isNaN(date.getTime())) return undefined;
  date.setDate(date.getDate() + days);
  return date.toISOString();
}

function useBookings() {
  const { page, get } = useListParams();
  const status = get("status");
  const partnerId = get("partner");
  const customerId = get("customer");
  const from = moment(get("from"), 0);
  const to = moment(get("to"), 1);
  const q = get("q");
  const query = {
    page,
    perPage: 25,
    ...(status ? { status } : {}),
    ...(partnerId ? { partnerId } : {}),
    ...(customerId ? { customerId } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(q ? { q } : {}),
  };
  return useQuery({
    queryKey: ["bookings", "list", query],
    queryFn: () => api.get("/bookings", { params: { query } }),
    placeholderData: keepPreviousData,
  });
}

function useColumns(): Column<Booking>[] {
  const { text } = useText();
  const format = useFormat();
  const nameOf = useNames();
  const t = text.bookings;
  return [
    {
      key: "number",
      header: t.number,
      fixed: true,
      cell: (one) => (
        <Link className="text-link" to={`/bookings/${encodeURIComponent(one.id)}`}>
          {one.bookingNumber}
        </Link>
      ),
    },
    { key: "service", header: t.service, cell: (one) => one.service },
    {
      key: "customer",
      header: t.customer,
      cell: (one) => nameOf(one.customerId),
    },
    {
      key: "partner",
      header: t.partner,
      fixed: true,
      cell: (one) => nameOf(one.partnerId) ?? t.unassigned,
    },
    {
      key: "scheduled",
      header: t.scheduled,
      fixed: true,
      cell: (one) => format.moment(one.scheduledAt),
    },
    {
      key: "amount",
      header: t.amount,
      align: "right",
      fixed: true,
      cell: (one) => format.money(one.amount, one.currency),
    },
    {
      key: "state",
      header: t.state,
      cell: (one) => <StatusTag status={one.status} />,
    },
    {
      key: "sync",
      header: t.sync,
      cell: (one) => (
        <Group gap={4} wrap="nowrap" justify="space-between">
          <SyncTag booking={one} />
          <SyncButton booking={one} />
        </Group>
      ),
    },
  ];
}

function BookingFilters() {
  const { text } = useText();
  const { get, set } = useListParams();
  const partners = usePartners().data?.items ?? [];
  const customers = useCustomers().data?.items ?? [];
  const t = text.bookings;
  return (
    <Filters>
      <SearchField value={get("q")} onSearch={(q) => set("q", q)} label={t.search} />
      <Select
        label={t.filterStatus}
        placeholder={text.common.all}
        clearable
        data={STATUSES.map((value) => ({
          value,
          label: text.bookings.states[value] ?? value,
        }))}
        value={get("status") ?? null}
        onChange={(value) => set("status", value)}
      />
      <Select
        label={t.filterPartner}
        placeholder={text.common.all}
        clearable
        searchable
        data={partners.map(({ id, name }) => ({ value: id, label: name }))}
        value={get("partner") ?? null}
        onChange={(value) => set("partner", value)}
      />
      <Select
        label={t.filterCustomer}
        placeholder={text.common.all}
        clearable
        searchable
        data={customers.map(({ id, name }) => ({ value: id, label: name }))}
        value={get("customer") ?? null}
        onChange={(value) => set("customer", value)}
      />
      <TextInput
        type="date"
        label={t.from}
        value={get("from") ?? ""}
        onChange={(event) => set("from", event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label={t.to}
        value={get("to") ?? ""}
        onChange={(event) => set("to", event.currentTarget.value)}
      />
    </Filters>
  );
}

/** Makes every copy of the customer that is chosen equal to its booking. */
function CustomerSync({ customerId }: { customerId: string }) {
  const { text } = useText();
  const nameOf = useNames();
  const sync = useAct(() => api.post("/bookings/sync-customer", { body: { customerId } }), {
    told: ({ message }) => message,
    stale: ["bookings"],
  });
  return (
    <Button variant="default" loading={sync.isPending} onClick={() => sync.mutate()}>
      {text.bookings.syncCustomer(nameOf(customerId) ?? customerId)}
    </Button>
  );
}

export function Component() {
  const { text } = useText();
  const { get, toPage } = useListParams();
  const customerId = get("customer");
  const [creating, creation] = useDisclosure();
  const bookings = useBookings();
  const columns = useColumns();
  return (
    <Page
      title={text.bookings.title}
      lead={text.bookings.lead}
      actions={
        <>
          {customerId ? <CustomerSync customerId={customerId} /> : null}
          <Button component={Link} to="/bookings/drift" variant="default">
            {text.common.nav.drift}
          </Button>
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={creation.open}>
            {text.bookings.create}
          </Button>
        </>
      }
    >
      <BookingFilters />
      <DataTable
        label={text.bookings.title}
        columns={columns}
        rowKey={(one) => one.id}
        query={bookings}
        onPage={toPage}
        empty={<Empty title={text.bookings.empty}>{text.bookings.emptyHelp}</Empty>}
      />
      <BookingForm opened={creating} onClose={creation.close} />
    </Page>
  );
}
