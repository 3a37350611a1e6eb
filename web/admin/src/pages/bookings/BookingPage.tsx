import { Button, Grid, Group, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "react-router";
import { api } from "../../api/client";
import type { Booking } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { Panel } from "../../ui/Panel";
import { Answered } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { BookingForm } from "./BookingForm";
import { BookingHistory } from "./BookingHistory";
import { MirrorPanel } from "./MirrorPanel";
import { useNames, usePartners } from "./people";
import { ASSIGNED_STATUSES, StatusTag } from "./state";

export function Component() {
  const { id = "" } = useParams();
  const booking = useQuery({
    queryKey: ["bookings", "one", id],
    queryFn: () => api.get("/bookings/{id}", { params: { path: { id } } }),
  });
  const { text } = useText();
  if (!booking.data) {
    return (
      <Page title={text.bookings.number} back={{ to: "/bookings", label: text.bookings.title }}>
        <Answered query={booking}>{() => null}</Answered>
      </Page>
    );
  }
  return <Shown booking={booking.data} />;
}

function Shown({ booking }: { booking: Booking }) {
  const { text } = useText();
  const t = text.bookings;
  const [editing, edit] = useDisclosure();
  return (
    <Page
      title={booking.bookingNumber}
      back={{ to: "/bookings", label: t.title }}
      lead={
        <Group gap="xs">
          <span>{booking.service}</span>
          <StatusTag status={booking.status} />
        </Group>
      }
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconPencil size={16} aria-hidden />}
            onClick={edit.open}
          >
            {text.common.edit}
          </Button>
          <Deletion booking={booking} />
        </>
      }
    >
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="lg">
            <Details booking={booking} />
            <BookingHistory id={booking.id} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack gap="lg">
            <Assignment booking={booking} />
            <MirrorPanel booking={booking} />
          </Stack>
        </Grid.Col>
      </Grid>
      <BookingForm booking={booking} opened={editing} onClose={edit.close} />
    </Page>
  );
}

function Details({ booking }: { booking: Booking }) {
  const { text } = useText();
  const format = useFormat();
  const nameOf = useNames();
  const t = text.bookings;
  return (
    <Panel title={t.details}>
      <Facts
        facts={[
          [t.customer, nameOf(booking.customerId)],
          [t.partner, nameOf(booking.partnerId) ?? t.unassigned],
          [t.scheduled, format.moment(booking.scheduledAt)],
          [t.amount, format.money(booking.amount, booking.currency)],
          [t.address, booking.address],
          [t.notes, booking.notes ?? "–"],
        ]}
      />
    </Panel>
  );
}

function Assignment({ booking }: { booking: Booking }) {
  const { text } = useText();
  const t = text.bookings;
  const partners = usePartners().data?.items ?? [];
  const params = { path: { id: booking.id } };
  const assign = useAct(
    (partnerId: string) =>
      api.post("/bookings/{id}/assign", {
        params,
        body: { partnerId, version: booking.version },
      }),
    {
      told: ({ partnerId }) =>
        t.assignedToast(partners.find(({ id }) => id === partnerId)?.name ?? partnerId ?? ""),
      stale: ["bookings"],
    },
  );
  const change = useAct(
    (assignedStatus: string) =>
      api.put("/bookings/{id}", {
        params,
        body: { assignedStatus, version: booking.version },
      }),
    {
      told: ({ bookingNumber }) => t.savedToast(bookingNumber),
      stale: ["bookings"],
    },
  );
  const options = partners.map(({ id, name, kyc }) => ({
    value: id,
    label: name,
    disabled: kyc.status !== "approved",
  }));
  return (
    <Panel title={t.assign}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 1 }}>
        <Select
          label={t.assignTo}
          description={t.onlyApproved}
          placeholder={t.choosePartner}
          searchable
          allowDeselect={false}
          data={options}
          value={booking.partnerId ?? null}
          disabled={assign.isPending}
          onChange={(value) => value && value !== booking.partnerId && assign.mutate(value)}
        />
        <Select
          label={t.setState}
          allowDeselect={false}
          data={ASSIGNED_STATUSES.map((value) => ({
            value,
            label: t.assignedStates[value] ?? value,
          }))}
          value={booking.assignedStatus}
          disabled={change.isPending}
          onChange={(value) => value && value !== booking.assignedStatus && change.mutate(value)}
        />
      </SimpleGrid>
    </Panel>
  );
}

function Deletion({ booking }: { booking: Booking }) {
  const { text } = useText();
  const t = text.bookings;
  const navigate = useNavigate();
  const [asking, confirmation] = useDisclosure();
  const remove = useAct(
    () => api.delete("/bookings/{id}", { params: { path: { id: booking.id } } }),
    {
      told: () => t.deletedToast,
      done: () => void navigate("/bookings", { replace: true }),
      stale: ["bookings"],
    },
  );
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconTrash size={16} aria-hidden />}
        onClick={confirmation.open}
      >
        {t.delete}
      </Button>
      <Confirm
        opened={asking}
        onClose={confirmation.close}
        title={t.deleteTitle}
        confirm={t.delete}
        danger
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      >
        <Text size="sm">{t.deleteHelp}</Text>
      </Confirm>
    </>
  );
}
