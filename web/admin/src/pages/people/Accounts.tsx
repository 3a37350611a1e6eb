import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import type { Account } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { useUser } from "../../session/useSession";
import { Confirm } from "../../ui/Confirm";
import { type Column, DataTable } from "../../ui/DataTable";
import { Filters } from "../../ui/Filters";
import { Page } from "../../ui/Page";
import { SearchField } from "../../ui/SearchField";
import { Empty } from "../../ui/states";
import { Tag } from "../../ui/Tag";
import { useAct } from "../../ui/useAct";
import { useListParams } from "../../ui/useListParams";
import { AccountForm } from "./AccountForm";

function useColumns(
  edit: (one: Account) => void,
  toggle: (one: Account) => void,
): Column<Account>[] {
  const { text } = useText();
  const format = useFormat();
  const user = useUser();
  const t = text.people.accounts;
  return [
    {
      key: "name",
      header: t.name,
      cell: (one) => (
        <Text fw={600} size="sm" span>
          {one.name}
        </Text>
      ),
    },
    { key: "email", header: t.email, cell: (one) => one.email },
    {
      key: "role",
      header: t.role,
      cell: (one) => text.session.roles[one.role],
    },
    {
      key: "state",
      header: t.state,
      cell: (one) => (
        <Tag tone={one.disabled ? "bad" : "good"}>{one.disabled ? t.disabled : t.active}</Tag>
      ),
    },
    {
      key: "since",
      header: t.since,
      fixed: true,
      cell: (one) => format.day(one.createdAt),
    },
    {
      key: "actions",
      header: <span className="visually-hidden">{text.common.actions}</span>,
      align: "right",
      cell: (one) => (
        <Group gap={6} justify="flex-end" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="default"
            aria-label={t.editTitle(one.name)}
            onClick={() => edit(one)}
          >
            {text.common.edit}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={one.id === user.id}
            aria-label={`${one.disabled ? t.enable : t.disable}: ${one.name}`}
            onClick={() => toggle(one)}
          >
            {one.disabled ? t.enable : t.disable}
          </Button>
        </Group>
      ),
    },
  ];
}

function useAccounts() {
  const { page, get } = useListParams();
  const q = get("q");
  const role = get("role");
  const query = {
    page,
    perPage: 25,
    ...(q ? { q } : {}),
    ...(role ? { role } : {}),
  };
  return useQuery({
    queryKey: ["accounts", "list", query],
    queryFn: () => api.get("/api/accounts", { params: { query: query as never } }),
    placeholderData: keepPreviousData,
  });
}

export function Component() {
  const { text } = useText();
  const t = text.people.accounts;
  const { get, set, toPage } = useListParams();
  const [edited, setEdited] = useState<Account | "new">();
  const [disabling, setDisabling] = useState<Account>();
  const accounts = useAccounts();
  const toggle = useAct(
    (one: Account) =>
      api.patch("/api/accounts/{id}", {
        params: { path: { id: one.id } },
        body: { disabled: !one.disabled },
      }),
    {
      told: () => t.savedToast,
      stale: ["accounts"],
      done: () => setDisabling(undefined),
    },
  );
  const columns = useColumns(setEdited, (one) =>
    one.disabled ? toggle.mutate(one) : setDisabling(one),
  );
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited("new")}>
          {t.create}
        </Button>
      }
    >
      <Filters>
        <SearchField value={get("q")} onSearch={(value) => set("q", value)} label={t.search} />
        <SegmentedControl
          className="filter-choice"
          aria-label={t.role}
          value={get("role") ?? ""}
          onChange={(value) => set("role", value)}
          data={(["", "admin", "partner", "customer"] as const).map((value) => ({
            value,
            label: value ? text.session.roles[value] : text.common.all,
          }))}
        />
      </Filters>
      <DataTable
        label={t.title}
        columns={columns}
        rowKey={(one) => one.id}
        query={accounts}
        onPage={toPage}
        empty={<Empty title={t.empty} />}
      />
      <AccountForm edited={edited} onClose={() => setEdited(undefined)} />
      <Confirm
        opened={disabling !== undefined}
        title={t.disableTitle(disabling?.name ?? "")}
        confirm={t.disable}
        danger
        busy={toggle.isPending}
        onConfirm={() => disabling && toggle.mutate(disabling)}
        onClose={() => setDisabling(undefined)}
      >
        {t.disableHelp}
      </Confirm>
    </Page>
  );
}
