import {
  Alert,
  Button,
  Drawer,
  Group,
  NumberInput,
  Select,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect } from "react";
import { useNavigate } from "react-router";
import { api, LockstepError } from "../../api/client";
import type { Booking } from "../../api/types";
import { useText } from "../../i18n/text";
import { fieldErrors, sentence } from "../../ui/failure";
import { useAct } from "../../ui/useAct";
import { useCustomers } from "./people";

interface Values {
  customerId: string | null;
  service: string;
  scheduledAt: string;
  address: string;
  amount: number | string;
  currency: string;
  notes: string;
}

/** A moment as the field of a form writes it, in the time of whoever looks at it. */
function local(date: Date): string {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}

function initial(booking: Booking | undefined): Values {
  if (!booking) {
    const tomorrow = new Date(Date.now() + 86_400_000);
    tomorrow.setHours(9, 0, 0, 0);
    const scheduledAt = local(tomorrow);
    return {
      customerId: null,
      service: "",
      scheduledAt,
      address: "",
      amount: "",
      currency: "EUR",
      notes: "",
    };
  }
  const { customerId, service, address, amount, currency } = booking;
  const scheduledAt = local(new Date(booking.scheduledAt));
  return {
    customerId,
    service,
    scheduledAt,
    address,
    amount,
    currency,
    notes: booking.notes ?? "",
  };
}

function useSave(booking: Booking | undefined, onClose: () => void) {
  const { text } = useText();
  const navigate = useNavigate();
  return useAct(
    async (values: Values) => {
      const body = {
        ...values,
        customerId: values.customerId ?? "",
        amount: Number(values.amount) || 0,
        scheduledAt: new Date(values.scheduledAt).toISOString(),
        notes: values.notes || null,
      };
      if (!booking) return api.post("/bookings", { body });
      const params = { path: { id: booking.id } };
      return api.put("/bookings/{id}", {
        params,
        body: { ...body, version: booking.version },
      });
    },
    {
      told: ({ bookingNumber }) =>
        booking
          ? text.bookings.savedToast(bookingNumber)
          : text.bookings.createdToast(bookingNumber),
      stale: ["bookings"],
      quiet: true,
      done: ({ id }) => {
        onClose();
        if (!booking) void navigate(`/bookings/${encodeURIComponent(id)}`);
      },
    },
  );
}

/** Makes a booking, or changes `booking` where nobody else has in the meantime. */
export function BookingForm(props: { booking?: Booking; opened: boolean; onClose: () => void }) {
  const { text } = useText();
  const t = text.bookings;
  const customers = useCustomers();
  const save = useSave(props.booking, props.onClose);
  const required = (value: unknown) => (value ? null : text.session.required);
  const form = useForm<Values>({
    initialValues: initial(props.booking),
    validate: {
      customerId: required,
      service: required,
      scheduledAt: required,
      address: required,
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins anew whenever it is opened
  useEffect(() => {
    if (!props.opened) return;
    form.setValues(initial(props.booking));
    form.clearErrors();
    save.reset();
  }, [props.opened]);
  useEffect(() => {
    if (save.error) form.setErrors(fieldErrors(save.error));
  }, [save.error, form.setErrors]);
  return (
    <Drawer
      opened={props.opened}
      onClose={props.onClose}
      position="right"
      title={props.booking ? t.edit : t.newTitle}
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack>
          {save.error ? (
            <Alert color="red" role="alert">
              {save.error instanceof LockstepError &&
              save.error.code === "conflict" &&
              props.booking
                ? `${sentence(save.error, text)} ${t.stale}`
                : sentence(save.error, text)}
            </Alert>
          ) : null}
          <Select
            label={t.customer}
            placeholder={t.chooseCustomer}
            searchable
            data={(customers.data?.items ?? []).map(({ id, name }) => ({
              value: id,
              label: name,
            }))}
            {...form.getInputProps("customerId")}
          />
          <TextInput label={t.service} maxLength={200} {...form.getInputProps("service")} />
          <TextInput
            label={t.scheduled}
            type="datetime-local"
            {...form.getInputProps("scheduledAt")}
          />
          <TextInput label={t.address} maxLength={400} {...form.getInputProps("address")} />
          <Group grow align="flex-start">
            <NumberInput
              label={t.amount}
              min={0}
              decimalScale={2}
              {...form.getInputProps("amount")}
            />
            <TextInput label={t.currency} maxLength={3} {...form.getInputProps("currency")} />
          </Group>
          <Textarea
            label={t.notes}
            description={t.notesHelp}
            autosize
            minRows={2}
            maxLength={4000}
            {...form.getInputProps("notes")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {text.common.cancel}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {props.booking ? text.common.save : text.common.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}
