import { Alert, Button, Drawer, Group, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { type FormRulesRecord, type UseFormReturnType, useForm } from "@mantine/form";
import { useEffect } from "react";
import { useNavigate } from "react-router";
import { api } from "../../api/client";
import type { SalesDocument } from "../../api/types";
import { useText } from "../../i18n/text";
import { fieldErrors, sentence } from "../../ui/failure";
import { useAct } from "../../ui/useAct";
import { bodyOf, type DocumentValues, initialValues } from "./documentValues";
import { LineFields } from "./LineFields";
import { DOCUMENT_TYPES } from "./SyncTag";

export type DocumentFormApi = UseFormReturnType<
  DocumentValues,
  DocumentValues,
  FormRulesRecord<DocumentValues>
>;

function useSave(document: SalesDocument | undefined, onClose: () => void) {
  const { text } = useText();
  const navigate = useNavigate();
  return useAct(
    (values: DocumentValues) => {
      const body = bodyOf(values);
      if (!document) return api.post("/api/sales-documents", { body });
      return api.put("/api/sales-documents/{id}", { params: { path: { id: document.id } }, body });
    },
    {
      told: ({ documentNumber }) =>
        document
          ? text.sales.form.savedToast(documentNumber)
          : text.sales.form.createdToast(documentNumber),
      stale: ["sales-documents", "metakocka"],
      quiet: true,
      done: ({ id }) => {
        onClose();
        if (!document) void navigate(`/documents/${encodeURIComponent(id)}`);
      },
    },
  );
}

/** Makes a sales document, or changes one. */
export function DocumentForm(props: {
  document?: SalesDocument;
  opened: boolean;
  onClose: () => void;
}) {
  const { text } = useText();
  const t = text.sales;
  const save = useSave(props.document, props.onClose);
  const required = (value: unknown) => (String(value ?? "").trim() ? null : text.session.required);
  const form: DocumentFormApi = useForm<DocumentValues>({
    initialValues: initialValues(props.document),
    validate: {
      documentDate: required,
      customer: {
        name: required,
        street: required,
        postCode: required,
        city: required,
        country: required,
      },
      lines: { name: required, quantity: required, unitPrice: required },
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins anew whenever it is opened
  useEffect(() => {
    if (!props.opened) return;
    form.setValues(initialValues(props.document));
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
      size="xl"
      title={props.document ? t.form.edit : t.create}
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack>
          {save.error ? (
            <Alert color="red" role="alert">
              {sentence(save.error, text)}
            </Alert>
          ) : null}
          <Group grow align="flex-start">
            <Select
              label={t.type}
              allowDeselect={false}
              disabled={props.document !== undefined}
              data={DOCUMENT_TYPES.map((value) => ({ value, label: t.types[value] ?? value }))}
              {...form.getInputProps("documentType")}
            />
            <TextInput label={t.date} type="date" {...form.getInputProps("documentDate")} />
            <TextInput label={t.dueDate} type="date" {...form.getInputProps("dueDate")} />
          </Group>
          <CustomerFields form={form} />
          <LineFields form={form} />
          <Textarea
            label={t.form.notes}
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
              {props.document ? text.common.save : text.common.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}

function CustomerFields({ form }: { form: DocumentFormApi }) {
  const { text } = useText();
  const t = text.sales.form;
  return (
    <>
      <TextInput label={t.customerName} maxLength={200} {...form.getInputProps("customer.name")} />
      <TextInput label={t.street} maxLength={200} {...form.getInputProps("customer.street")} />
      <Group grow align="flex-start">
        <TextInput label={t.postCode} {...form.getInputProps("customer.postCode")} />
        <TextInput label={t.city} {...form.getInputProps("customer.city")} />
        <TextInput
          label={t.country}
          title={t.countryHelp}
          {...form.getInputProps("customer.country")}
        />
      </Group>
      <Group grow align="flex-start">
        <TextInput label={t.taxNumber} {...form.getInputProps("customer.taxNumber")} />
        <TextInput label={t.email} type="email" {...form.getInputProps("customer.email")} />
        <TextInput label={t.currency} maxLength={3} {...form.getInputProps("currency")} />
      </Group>
    </>
  );
}
