import { Button, Group, Select, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";
import { api } from "../../api/client";
import type { Member } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { lookAgain } from "../../session/session";
import { Confirm } from "../../ui/Confirm";
import { DataTable } from "../../ui/DataTable";
import { Page } from "../../ui/Page";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/states";
import { Tag } from "../../ui/Tag";
import { useAct } from "../../ui/useAct";

export function Component() {
  const { id = "" } = useParams();
  const { text } = useText();
  const format = useFormat();
  const t = text.people.organizations;
  const [page, setPage] = useState(1);
  const [removed, setRemoved] = useState<Member>();
  const organization = useQuery({
    queryKey: ["organizations", "name", id],
    queryFn: async () => {
      const all = await api.get("/api/organizations", { params: { query: { perPage: 200 } } });
      return all.items.find((one) => one.id === id)?.name ?? id;
    },
  });
  const members = useQuery({
    queryKey: ["organizations", "members", id, page],
    queryFn: () =>
      api.get("/api/organizations/{id}/members", {
        params: { path: { id }, query: { page, perPage: 50 } },
      }),
    placeholderData: keepPreviousData,
  });
  const remove = useAct(
    ({ accountId }: Member) =>
      api.delete("/api/organizations/{id}/members/{accountId}", {
        params: { path: { id, accountId } },
      }),
    {
      told: () => t.removedToast,
      stale: ["organizations"],
      done: () => {
        setRemoved(undefined);
        // Membership decides which organizations one may act for.
        void lookAgain();
      },
    },
  );
  return (
    <Page title={organization.data ?? t.members} back={{ to: "/organizations", label: t.title }}>
      <Panel title={t.addMember}>
        <Addition id={id} />
      </Panel>
      <DataTable
        label={t.members}
        columns={[
          {
            key: "name",
            header: text.people.accounts.name,
            cell: (one) => one.name,
          },
          {
            key: "email",
            header: text.people.accounts.email,
            cell: (one) => one.email,
          },
          {
            key: "role",
            header: t.memberRole,
            cell: (one) => <Tag tone="info">{t.roles[one.role]}</Tag>,
          },
          {
            key: "since",
            header: t.since,
            cell: (one) => format.day(one.createdAt),
          },
          {
            key: "remove",
            header: <span className="visually-hidden">{text.common.actions}</span>,
            align: "right",
            cell: (one) => (
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`${text.common.remove}: ${one.name}`}
                onClick={() => setRemoved(one)}
              >
                {text.common.remove}
              </Button>
            ),
          },
        ]}
        rowKey={(one) => one.accountId}
        query={members}
        onPage={setPage}
        empty={<Empty title={t.noMembers} />}
      />
      <Confirm
        opened={removed !== undefined}
        title={t.removeTitle(removed?.name ?? "")}
        confirm={text.common.remove}
        danger
        busy={remove.isPending}
        onConfirm={() => removed && remove.mutate(removed)}
        onClose={() => setRemoved(undefined)}
      >
        {t.removeHelp}
      </Confirm>
    </Page>
  );
}

function Addition({ id }: { id: string }) {
  const { text } = useText();
  const t = text.people.organizations;
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<"member" | "admin">("member");
  const add = useAct(
    () =>
      api.post("/api/organizations/{id}/members", {
        params: { path: { id } },
        body: { email: email.trim(), role },
      }),
    {
      told: () => t.addedToast,
      stale: ["organizations"],
      done: () => {
        setEmail("");
        // Membership decides which organizations one may act for.
        void lookAgain();
      },
    },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <Group align="flex-end">
        <TextInput
          label={t.memberEmail}
          type="email"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          flex="1 1 14rem"
        />
        <Select
          label={t.memberRole}
          allowDeselect={false}
          data={(["member", "admin"] as const).map((value) => ({
            value,
            label: t.roles[value] ?? value,
          }))}
          value={role}
          onChange={(value) => setRole(value === "admin" ? "admin" : "member")}
          w={170}
        />
        <Button type="submit" loading={add.isPending} disabled={!email.trim()}>
          {t.addMember}
        </Button>
      </Group>
    </form>
  );
}
