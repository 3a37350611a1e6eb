import { Alert, Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect } from "react";
import { api } from "../../api/client";
import type { DirectoryUser } from "../../api/types";
import { useText } from "../../i18n/text";
import { sentence } from "../../ui/failure";
import { useAct } from "../../ui/useAct";
import { useLocations } from "./locations";

interface Values {
  email: string;
  name: string;
  phone: string;
  role: string;
  company: string;
  locationId: string | null;
  status: string;
}

function initial(user: DirectoryUser | undefined): Values {
  return {
    email: user?.email ?? "",
    name: user?.name ?? "",
    phone: user?.phone ?? "",
    role: user?.role ?? "",
    company: user?.company ?? "",
    locationId: user ? String(user.locationId) : null,
    status: user?.status ?? "active",
  };
}

/** Adds a user by hand, or changes one. */
export function UserForm(props: {
  edited: DirectoryUser | "new" | undefined;
  onClose: () => void;
}) {
  const { text } = useText();
  const t = text.directory.users;
  const user = props.edited === "new" ? undefined : props.edited;
  const locations = useLocations().data?.items ?? [];
  const required = (value: string | null) => (value?.trim() ? null : text.session.required);
  const form = useForm<Values>({
    initialValues: initial(user),
    validate: { email: required, locationId: required },
  });
  const save = useAct(
    ({ locationId, email, status, ...rest }: Values) => {
      const about = {
        name: rest.name || null,
        phone: rest.phone || null,
        role: rest.role || null,
        company: rest.company || null,
      };
      const body = { ...about, email: email.trim(), status };
      if (user) {
        return api.patch("/api/directory/users/{id}", { params: { path: { id: user.id } }, body });
      }
      return api.post("/api/directory/users", {
        body: { ...body, locationId: Number(locationId) },
      });
    },
    {
      told: () => (user ? t.savedToast : t.createdToast),
      stale: ["directory-users"],
      quiet: true,
      done: props.onClose,
    },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins anew with each user
  useEffect(() => {
    form.setValues(initial(user));
    form.clearErrors();
    save.reset();
  }, [props.edited]);
  return (
    <Modal
      opened={props.edited !== undefined}
      onClose={props.onClose}
      title={user ? t.editTitle(user.email) : t.createTitle}
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
            label={t.email}
            maxLength={254}
            data-autofocus
            {...form.getInputProps("email")}
          />
          <Group grow>
            <TextInput label={t.name} maxLength={200} {...form.getInputProps("name")} />
            <TextInput label={t.phone} maxLength={200} {...form.getInputProps("phone")} />
          </Group>
          <Group grow>
            <TextInput label={t.role} maxLength={200} {...form.getInputProps("role")} />
            <TextInput label={t.company} maxLength={200} {...form.getInputProps("company")} />
          </Group>
          <Group grow>
            <Select
              label={t.location}
              disabled={user !== undefined}
              data={locations.map((one) => ({ value: String(one.id), label: one.locationName }))}
              {...form.getInputProps("locationId")}
            />
            <Select
              label={t.status}
              allowDeselect={false}
              data={[
                { value: "active", label: t.active },
                { value: "inactive", label: t.inactive },
              ]}
              {...form.getInputProps("status")}
            />
          </Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {text.common.cancel}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {user ? text.common.save : text.common.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
