import { Button, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import type { ServiceToken } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { DataTable } from "../../ui/DataTable";
import { Page } from "../../ui/Page";
import { Empty } from "../../ui/states";
import { Tag } from "../../ui/Tag";
import { useAct } from "../../ui/useAct";
import { useListParams } from "../../ui/useListParams";
import { TokenForm } from "./TokenForm";

export function Component() {
  const { text } = useText();
  const format = useFormat();
  const t = text.people.tokens;
  const { page, toPage } = useListParams();
  const [creating, creation] = useDisclosure();
  const [revoked, setRevoked] = useState<ServiceToken>();
  const tokens = useQuery({
    queryKey: ["tokens", page],
    queryFn: () =>
      api.get("/api/service-tokens", {
        params: { query: { page, perPage: 25 } },
      }),
    placeholderData: keepPreviousData,
  });
  const revoke = useAct(
    ({ id }: ServiceToken) => api.delete("/api/service-tokens/{id}", { params: { path: { id } } }),
    {
      told: () => t.revokedToast,
      stale: ["tokens"],
      done: () => setRevoked(undefined),
    },
  );
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={creation.open}>
          {t.create}
        </Button>
      }
    >
      <DataTable
        label={t.title}
        columns={[
          { key: "name", header: t.name, cell: (one) => one.name },
          {
            key: "scopes",
            header: t.scopes,
            cell: (one) => (
              <Group gap={4}>
                {one.scopes.map((scope) => (
                  <Tag key={scope} tone="info">
                    {scope}
                  </Tag>
                ))}
              </Group>
            ),
          },
          {
            key: "organization",
            header: t.organization,
            cell: (one) => one.organizationId ?? "–",
          },
          { key: "by", header: t.createdBy, cell: (one) => one.createdBy },
          {
            key: "since",
            header: t.since,
            fixed: true,
            cell: (one) => format.day(one.createdAt),
          },
          {
            key: "revoke",
            header: <span className="visually-hidden">{text.common.actions}</span>,
            align: "right",
            cell: (one) => (
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`${t.revoke}: ${one.name}`}
                onClick={() => setRevoked(one)}
              >
                {t.revoke}
              </Button>
            ),
          },
        ]}
        rowKey={(one) => one.id}
        query={tokens}
        onPage={toPage}
        empty={<Empty title={t.empty} />}
      />
      <TokenForm opened={creating} onClose={creation.close} />
      <Confirm
        opened={revoked !== undefined}
        title={t.revokeTitle(revoked?.name ?? "")}
        confirm={t.revoke}
        danger
        busy={revoke.isPending}
        onConfirm={() => revoked && revoke.mutate(revoked)}
        onClose={() => setRevoked(undefined)}
      >
        {t.revokeHelp}
      </Confirm>
    </Page>
  );
}
