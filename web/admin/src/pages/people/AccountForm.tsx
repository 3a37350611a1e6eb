import {
  Alert,
  Button,
  Group,
  Modal,
  PasswordInput,
  Select,
  Stack,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect } from "react";
import { api } from "../../api/client";
import type { Account } from "../../api/types";
import { useText } from "../../i18n/text";
import { sentence } from "../../ui/failure";
import { useAct } from "../../ui/useAct";

interface Values {
  name: string;
  email: string;
  phone: string;
  role: "admin" | "partner" | "customer";
  password: string;
}

const BLANK: Values = {
  name: "",
  email: "",
  phone: "",
  role: "customer",
  password: "",
};

/** Makes an account, or changes the name and the password of one. */
export function AccountForm({
  edited,
  onClose,
}: {
  edited: Account | "new" | undefined;
  onClose: () => void;
}) {
  const { text } = useText();
  const t = text.people.accounts;
  const account = edited === "new" ? undefined : edited;
  const form = useForm<Values>({
    initialValues: BLANK,
    validate: {
      name: (value) => (value.trim() ? null : text.session.required),
      email: (value) => (account || value.trim() ? null : text.session.required),
      password: (value) =>
        (account && !value) || (value.length >= 10 && value.length <= 128) ? null : t.passwordHelp,
    },
  });
  const save = useAct(
    ({ name, email, phone, role, password }: Values) =>
      account
        ? api.patch("/api/accounts/{id}", {
            params: { path: { id: account.id } },
            body: { name, ...(password ? { password } : {}) },
          })
        : api.post("/api/accounts", {
            body: {
              name,
              email,
              role,
              password,
              ...(phone ? { phone } : {}),
            },
          }),
    {
      told: ({ name }) => (account ? t.savedToast : t.createdToast(name)),
      stale: ["accounts", "partners"],
      quiet: true,
      done: onClose,
    },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins anew with each account
  useEffect(() => {
    form.setValues({ ...BLANK, name: account?.name ?? "" });
    form.clearErrors();
    save.reset();
  }, [edited]);
  return (
    <Modal
      opened={edited !== undefined}
      onClose={onClose}
      title={account ? t.editTitle(account.name) : t.create}
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack>
          {save.error ? (
            <Alert color="red" role="alert">
              {sentence(save.error, text)}
            </Alert>
          ) : null}
          <TextInput
            label={t.name}
            maxLength={200}
            data-autofocus
            {...form.getInputProps("name")}
          />
          {account ? null : (
            <>
              <TextInput
                label={t.email}
                type="email"
                autoComplete="off"
                {...form.getInputProps("email")}
              />
              <TextInput
                label={`${t.phone} (${text.common.optional})`}
                type="tel"
                {...form.getInputProps("phone")}
              />
              <Select
                label={t.role}
                allowDeselect={false}
                data={(["customer", "partner", "admin"] as const).map((value) => ({
                  value,
                  label: text.session.roles[value],
                }))}
                {...form.getInputProps("role")}
              />
            </>
          )}
          <PasswordInput
            label={account ? t.newPassword : t.password}
            description={account ? t.newPasswordHelp : t.passwordHelp}
            autoComplete="new-password"
            {...form.getInputProps("password")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text.common.cancel}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {account ? text.common.save : text.common.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
