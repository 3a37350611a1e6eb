import { Anchor, Button, Group, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api } from "../../api/client";
import type { Partner } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { DataTable } from "../../ui/DataTable";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { Panel } from "../../ui/Panel";
import { Answered, Empty } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { KycTag } from "./kyc";

export function Component() {
  const { id = "" } = useParams();
  const { text } = useText();
  const t = text.bookings.partners;
  const partner = useQuery({
    queryKey: ["partners", "one", id],
    queryFn: () => api.get("/api/partners/{id}", { params: { path: { id } } }),
  });
  return (
    <Page title={partner.data?.name ?? t.title} back={{ to: "/partners", label: t.title }}>
      <Answered query={partner}>
        {(shown) => (
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
            <About partner={shown} />
            <Documents partner={shown} />
          </SimpleGrid>
        )}
      </Answered>
      <Earnings id={id} />
    </Page>
  );
}

function About({ partner }: { partner: Partner }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.bookings.partners;
  return (
    <Panel title={t.contact}>
      <Facts
        facts={[
          [text.session.email, partner.email],
          [text.people.accounts.phone, partner.phone ?? "–"],
          [t.services, partner.services.join(", ") || "–"],
          [t.since, format.day(partner.createdAt)],
        ]}
      />
      <Anchor
        component={Link}
        to={`/bookings?partner=${encodeURIComponent(partner.id)}`}
        size="sm"
        mt="md"
        display="inline-block"
        className="text-link"
      >
        {text.bookings.title}
      </Anchor>
    </Panel>
  );
}

function Documents({ partner }: { partner: Partner }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.bookings.partners;
  const [rejecting, rejection] = useDisclosure();
  const [reason, setReason] = useState("");
  const decide = useAct(
    (status: "approved" | "rejected") =>
      api.patch("/api/partners/{id}/kyc", {
        params: { path: { id: partner.id } },
        body: {
          status,
          ...(reason && status === "rejected" ? { reason } : {}),
        },
      }),
    {
      told: () => t.decidedToast,
      stale: ["partners", "stats"],
      done: rejection.close,
    },
  );
  const { kyc } = partner;
  const url = kyc.documentUrl && /^https?:/.test(kyc.documentUrl) ? kyc.documentUrl : undefined;
  return (
    <Panel title={t.documents} actions={<KycTag status={kyc.status} />}>
      <Stack>
        <Facts
          facts={[
            [t.document, [kyc.documentType, kyc.documentNumber].filter(Boolean).join(" · ") || "–"],
            [t.submitted, format.moment(kyc.submittedAt)],
            ...(kyc.reason ? ([[t.reason, kyc.reason]] as [string, string][]) : []),
          ]}
        />
        {url ? (
          <Anchor href={url} target="_blank" rel="noreferrer" className="text-link" size="sm">
            {t.open}
          </Anchor>
        ) : null}
        {kyc.submittedAt ? (
          <Group>
            <Button
              loading={decide.isPending}
              disabled={kyc.status === "approved"}
              onClick={() => decide.mutate("approved")}
            >
              {t.approve}
            </Button>
            <Button variant="default" disabled={kyc.status === "rejected"} onClick={rejection.open}>
              {t.reject}
            </Button>
          </Group>
        ) : null}
      </Stack>
      <Confirm
        opened={rejecting}
        onClose={rejection.close}
        title={t.rejectTitle}
        confirm={t.reject}
        danger
        busy={decide.isPending}
        onConfirm={() => decide.mutate("rejected")}
      >
        <TextInput
          label={t.reason}
          value={reason}
          maxLength={4000}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </Confirm>
    </Panel>
  );
}

function Earnings({ id }: { id: string }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.bookings.partners;
  const [page, setPage] = useState(1);
  const earnings = useQuery({
    queryKey: ["partners", "earnings", id, page],
    queryFn: () =>
      api.get("/api/partners/{id}/earnings", {
        params: { path: { id }, query: { page, perPage: 20 } },
      }),
    placeholderData: keepPreviousData,
  });
  const totals = earnings.data?.totals ?? [];
  return (
    <Panel
      title={t.earnings}
      actions={
        <Text fw={650}>
          {totals.map((one) => format.money(one.amount, one.currency)).join(" · ")}
        </Text>
      }
    >
      <DataTable
        label={t.earnings}
        columns={[
          {
            key: "booking",
            header: text.bookings.number,
            cell: (one) => (
              <Link className="text-link" to={`/bookings/${encodeURIComponent(one.bookingId)}`}>
                {one.bookingNumber}
              </Link>
            ),
          },
          {
            key: "when",
            header: t.earned,
            cell: (one) => format.moment(one.earnedAt),
          },
          {
            key: "amount",
            header: text.bookings.amount,
            align: "right",
            cell: (one) => format.money(one.amount, one.currency),
          },
        ]}
        rowKey={(one) => one.bookingId}
        query={earnings}
        onPage={setPage}
        empty={<Empty title={t.noEarnings} />}
      />
    </Panel>
  );
}
