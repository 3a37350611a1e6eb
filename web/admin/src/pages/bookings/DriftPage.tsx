import { Alert, Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { Drift, Reconciled } from "../../api/types";
import { useFields } from "../../i18n/fields";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { type Column, DataTable } from "../../ui/DataTable";
import { Figure } from "../../ui/Figure";
import { Page } from "../../ui/Page";
import { Empty } from "../../ui/states";
import { Tag } from "../../ui/Tag";
import { useAct } from "../../ui/useAct";
import { useListParams } from "../../ui/useListParams";
import { useNames } from "./people";

/** The number that people know it by, from whichever side has one. */
function numberOf(one: Drift): string {
  const number = one.main?.bookingNumber ?? one.mirror?.bookingNumber;
  return typeof number === "string" ? number : one.bookingId;
}

/** Makes the copy of one booking right, wherever it lies. */
function Repair({ one }: { one: Drift }) {
  const { text } = useText();
  const t = text.bookings;
  const repair = useAct(
    (customerId: string) =>
      api.post("/bookings/{id}/find-and-sync", {
        params: { path: { id: one.bookingId } },
        body: { customerId },
      }),
    { told: ({ message }) => message, stale: ["bookings"] },
  );
  const { customerId } = one;
  if (one.kind === "orphan" || !customerId) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={repair.isPending}
      aria-label={`${t.drift.fix}: ${numberOf(one)}`}
      onClick={() => repair.mutate(customerId)}
    >
      {t.drift.fix}
    </Button>
  );
}

function useColumns(): Column<Drift>[] {
  const { text } = useText();
  const nameOf = useNames();
  const fields = useFields(nameOf);
  const t = text.bookings;
  const kinds: Record<string, string> = {
    missing: t.missing,
    stale: t.differs,
    wrong_user: t.wrongUser,
    orphan: t.orphan,
  };
  return [
    {
      key: "booking",
      header: t.number,
      cell: (one) =>
        one.kind === "orphan" ? (
          numberOf(one)
        ) : (
          <Link className="text-link" to={`/bookings/${encodeURIComponent(one.bookingId)}`}>
            {numberOf(one)}
          </Link>
        ),
    },
    {
      key: "kind",
      header: t.drift.kind,
      cell: (one) => <Tag tone="bad">{kinds[one.kind] ?? one.kind}</Tag>,
    },
    {
      key: "customer",
      header: t.customer,
      cell: (one) => nameOf(one.customerId) ?? "–",
    },
    {
      key: "mirror",
      header: t.drift.place,
      cell: (one) => (one.kind === "missing" ? "–" : (nameOf(one.userId) ?? "–")),
    },
    {
      key: "fields",
      header: t.drift.differences,
      wide: true,
      cell: (one) =>
        one.differences.length === 0
          ? "–"
          : one.differences.map((field) => (
              <div key={field.field}>
                {t.drift.difference(
                  fields.name(field.field),
                  fields.value(field.field, field.main),
                  fields.value(field.field, field.mirror),
                )}
              </div>
            )),
    },
    {
      key: "fix",
      header: <span className="visually-hidden">{text.common.actions}</span>,
      align: "right",
      cell: (one) => <Repair one={one} />,
    },
  ];
}

function Result({ result }: { result: Reconciled }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.bookings;
  const found = result.missing + result.stale + result.wrongUser + result.orphan;
  return (
    <Alert
      color={result.dryRun ? "blue" : "petrol"}
      title={result.dryRun ? t.drift.dryResult : t.drift.result}
      role="status"
    >
      <SimpleGrid cols={{ base: 2, sm: 3, xl: 6 }} mt="xs">
        <Figure label={t.drift.checked} value={format.number(result.checked)} />
        <Figure label={t.missing} value={format.number(result.missing)} />
        <Figure label={t.differs} value={format.number(result.stale)} />
        <Figure label={t.wrongUser} value={format.number(result.wrongUser)} />
        <Figure label={t.orphan} value={format.number(result.orphan)} />
        <Figure
          label={result.dryRun ? t.drift.would : t.drift.healed}
          value={format.number(result.dryRun ? found : result.healed)}
          tone="good"
          testId="reconciled"
        />
      </SimpleGrid>
    </Alert>
  );
}

export function Component() {
  const { text } = useText();
  const t = text.bookings.drift;
  const { page, toPage } = useListParams();
  const [asking, confirmation] = useDisclosure();
  const drift = useQuery({
    queryKey: ["bookings", "drift", page],
    queryFn: () =>
      api.get("/bookings/sync-drift", {
        params: { query: { page, perPage: 50 } },
      }),
    placeholderData: keepPreviousData,
  });
  const reconcile = useAct(
    (dryRun: boolean) => api.post("/bookings/reconcile", { body: { dryRun } }),
    { stale: ["bookings"], done: confirmation.close },
  );
  const columns = useColumns();
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Group gap="sm">
          <Button
            variant="default"
            loading={reconcile.isPending}
            title={t.dryRunHelp}
            onClick={() => reconcile.mutate(true)}
          >
            {t.dryRun}
          </Button>
          <Button onClick={confirmation.open}>{t.heal}</Button>
        </Group>
      }
    >
      <Stack>
        {reconcile.data ? <Result result={reconcile.data} /> : null}
        <DataTable
          label={t.title}
          columns={columns}
          rowKey={(one) => `${one.bookingId} ${one.userId} ${one.kind}`}
          query={drift}
          onPage={toPage}
          empty={<Empty title={t.clean}>{t.cleanHelp}</Empty>}
        />
      </Stack>
      <Confirm
        opened={asking}
        onClose={confirmation.close}
        title={t.healTitle}
        confirm={t.heal}
        busy={reconcile.isPending}
        onConfirm={() => reconcile.mutate(false)}
      >
        <Text size="sm">{t.healHelp}</Text>
      </Confirm>
    </Page>
  );
}
