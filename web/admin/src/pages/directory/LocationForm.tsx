import {
  Alert,
  Button,
  Group,
  Modal,
  NumberInput,
  PasswordInput,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect } from "react";
import { api } from "../../api/client";
import type { Location } from "../../api/types";
import { useText } from "../../i18n/text";
import { fieldErrors, sentence } from "../../ui/failure";
import { useAct } from "../../ui/useAct";

interface Values {
  id: number | string;
  locationCode: string;
  locationName: string;
  onlineUrl: string;
  email: string;
  password: string;
}

function initial(location: Location | undefined): Values {
  return {
    id: "",
    locationCode: location?.locationCode ?? "",
    locationName: location?.locationName ?? "",
    onlineUrl: location?.onlineUrl ?? "",
    email: "",
    password: "",
  };
}

/** Makes a location, or changes one. Credentials go in and never come out. */
export function LocationForm(props: { edited: Location | "new" | undefined; onClose: () => void }) {
  const { text } = useText();
  const t = text.directory.locations;
  const location = props.edited === "new" ? undefined : props.edited;
  const required = (value: string) => (value.trim() ? null : text.session.required);
  const form = useForm<Values>({
    initialValues: initial(location),
    validate: { locationCode: required, locationName: required, onlineUrl: required },
  });
  const save = useAct(
    ({ id, email, password, ...rest }: Values) => {
      const body = { ...rest, ...(email || password ? { email, password } : {}) };
      if (location) {
        const params = { path: { id: location.id } };
        return api.patch("/api/directory/locations/{id}", { params, body });
      }
      const given = id === "" ? {} : { id: Number(id) };
      return api.post("/api/directory/locations", { body: { ...body, ...given } });
    },
    {
      told: ({ locationName }) => t.savedToast(locationName),
      stale: ["locations"],
      quiet: true,
      done: props.onClose,
    },
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins anew with each location
  useEffect(() => {
    form.setValues(initial(location));
    form.clearErrors();
    save.reset();
  }, [props.edited]);
  useEffect(() => {
    if (save.error) form.setErrors(fieldErrors(save.error));
  }, [save.error, form.setErrors]);
  return (
    <Modal
      opened={props.edited !== undefined}
      onClose={props.onClose}
      title={location ? t.editTitle(location.locationName) : t.create}
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
            {...form.getInputProps("locationName")}
          />
          <Group grow align="flex-start">
            <TextInput label={t.code} maxLength={200} {...form.getInputProps("locationCode")} />
            {location ? null : (
              <NumberInput
                label={`${t.id} (${text.common.optional})`}
                min={1}
                allowDecimal={false}
                {...form.getInputProps("id")}
              />
            )}
          </Group>
          <TextInput
            label={t.url}
            type="url"
            placeholder="https://"
            maxLength={500}
            {...form.getInputProps("onlineUrl")}
          />
          <Text size="sm" c="dimmed">
            {location?.hasCredentials ? t.keepHelp : t.credentialsHelp}
          </Text>
          <Group grow align="flex-start">
            <TextInput label={t.email} autoComplete="off" {...form.getInputProps("email")} />
            <PasswordInput
              label={t.password}
              autoComplete="new-password"
              {...form.getInputProps("password")}
            />
          </Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {text.common.cancel}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {location ? text.common.save : text.common.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
