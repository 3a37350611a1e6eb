import { Button, Group, Select, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import type { DirectoryUser } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { type Column, DataTable } from "../../ui/DataTable";
import { Filters } from "../../ui/Filters";
import { Page } from "../../ui/Page";
import { SearchField } from "../../ui/SearchField";
import { Empty } from "../../ui/states";
import { Tag } from "../../ui/Tag";
import { useAct } from "../../ui/useAct";
import { useListParams } from "../../ui/useListParams";
import { useLocationName, useLocations } from "./locations";
import { SyncMenu } from "./SyncMenu";
import { UserForm } from "./UserForm";

function useUsers() {
  const { page, get } = useListParams();
  const given = {
    locationId: get("location"),
    status: get("status"),
    createdFrom: get("from"),
    createdTo: get("to"),
    q: get("q"),
    sort: get("sort"),
  };
  const query: Record<string, string | number> = { page, perPage: 50 };
  for (const [name, value] of Object.entries(given)) if (value) query[name] = value;
  return useQuery({
    queryKey: ["directory-users", query],
    queryFn: () => api.get("/api/directory/users", { params: { query } }),
    placeholderData: keepPreviousData,
  });
}

function useColumns(
  edit: (one: DirectoryUser) => void,
  remove: (one: DirectoryUser) => void,
): Column<DirectoryUser>[] {
  const { text } = useText();
  const format = useFormat();
  const nameOf = useLocationName();
  const t = text.directory.users;
  return [
    { key: "email", header: t.email, cell: (one) => one.email },
    { key: "name", header: t.name, cell: (one) => one.name ?? "–" },
    { key: "role", header: t.role, cell: (one) => one.role ?? "–" },
    { key: "company", header: t.company, cell: (one) => one.company ?? "–" },
    { key: "location", header: t.location, cell: (one) => nameOf(one.locationId) },
    {
      key: "status",
      header: t.status,
      cell: (one) => (
        <Tag tone={one.status === "active" ? "good" : "neutral"}>
          {one.status === "active" ? t.active : t.inactive}
        </Tag>
      ),
    },
    { key: "source", header: t.source, cell: (one) => t.sources[one.source] ?? one.source },
    { key: "created", header: t.created, fixed: true, cell: (one) => format.day(one.createdAt) },
    {
      key: "actions",
      header: <span className="visually-hidden">{text.common.actions}</span>,
      align: "right",
      cell: (one) => (
        <Group gap={6} justify="flex-end" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t.editTitle(one.email)}
            onClick={() => edit(one)}
          >
            {text.common.edit}
          </Button>
          {one.status === "inactive" ? (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`${t.delete}: ${one.email}`}
              onClick={() => remove(one)}
            >
              {t.delete}
            </Button>
          ) : null}
        </Group>
      ),
    },
  ];
}

function ListFilters() {
  const { text } = useText();
  const t = text.directory.users;
  const { get, set } = useListParams();
  const locations = useLocations().data?.items ?? [];
  return (
    <Filters>
      <SearchField value={get("q")} onSearch={(q) => set("q", q)} label={t.search} />
      <Select
        label={t.filterLocation}
        placeholder={text.common.all}
        clearable
        data={locations.map((one) => ({ value: String(one.id), label: one.locationName }))}
        value={get("location") ?? null}
        onChange={(value) => set("location", value)}
      />
      <Select
        label={t.filterStatus}
        placeholder={text.common.all}
        clearable
        data={[
          { value: "active", label: t.active },
          { value: "inactive", label: t.inactive },
        ]}
        value={get("status") ?? null}
        onChange={(value) => set("status", value)}
      />
      <TextInput
        type="date"
        label={t.createdFrom}
        value={get("from") ?? ""}
        onChange={(event) => set("from", event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label={t.createdTo}
        value={get("to") ?? ""}
        onChange={(event) => set("to", event.currentTarget.value)}
      />
    </Filters>
  );
}

export function Component() {
  const { text } = useText();
  const t = text.directory.users;
  const { toPage } = useListParams();
  const [edited, setEdited] = useState<DirectoryUser | "new">();
  const [removed, setRemoved] = useState<DirectoryUser>();
  const users = useUsers();
  const columns = useColumns(setEdited, setRemoved);
  const remove = useAct(
    ({ id }: DirectoryUser) =>
      api.delete("/api/directory/users/{id}", { params: { path: { id } } }),
    { told: () => t.deletedToast, stale: ["directory-users"], done: () => setRemoved(undefined) },
  );
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setEdited("new")}
          >
            {t.create}
          </Button>
          <SyncMenu />
        </>
      }
    >
      <ListFilters />
      <DataTable
        label={t.title}
        columns={columns}
        rowKey={(one) => one.id}
        query={users}
        onPage={toPage}
        empty={<Empty title={t.empty}>{t.emptyHelp}</Empty>}
      />
      <UserForm edited={edited} onClose={() => setEdited(undefined)} />
      <Confirm
        opened={removed !== undefined}
        title={t.deleteTitle(removed?.email ?? "")}
        confirm={t.delete}
        danger
        busy={remove.isPending}
        onConfirm={() => removed && remove.mutate(removed)}
        onClose={() => setRemoved(undefined)}
      >
        {t.deleteHelp}
      </Confirm>
    </Page>
  );
}
