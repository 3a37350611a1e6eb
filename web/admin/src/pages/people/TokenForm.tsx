import {
  Alert,
  Button,
  Checkbox,
  Code,
  CopyButton,
  Group,
  Modal,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client";
import type { Scope } from "../../api/types";
import { useText } from "../../i18n/text";
import { sentence } from "../../ui/failure";
import { useAct } from "../../ui/useAct";

const SCOPES: Scope[] = [
  "stock:write",
  "bookings:read",
  "bookings:write",
  "metakocka:sync",
  "metrics:read",
];

/** Makes a token and shows it, this once. */
export function TokenForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { text } = useText();
  const t = text.people.tokens;
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>([]);
  const [organizationId, setOrganizationId] = useState<string | null>(null);
  const organizations = useQuery({
    queryKey: ["organizations", "all"],
    queryFn: () => api.get("/api/organizations", { params: { query: { perPage: 200 } } }),
    enabled: opened,
  });
  const create = useAct(
    () =>
      api.post("/api/service-tokens", {
        body: {
          name: name.trim(),
          scopes: scopes as Scope[],
          ...(organizationId ? { organizationId } : {}),
        },
      }),
    { stale: ["tokens"], quiet: true },
  );
  const close = () => {
    onClose();
    setName("");
    setScopes([]);
    setOrganizationId(null);
    create.reset();
  };
  if (create.data) return <Issued opened={opened} token={create.data.token} onClose={close} />;
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t.create}
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack>
          {create.error ? (
            <Alert color="red" role="alert">
              {sentence(create.error, text)}
            </Alert>
          ) : null}
          <TextInput
            label={t.name}
            value={name}
            maxLength={200}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Checkbox.Group label={t.scopes} value={scopes} onChange={setScopes}>
            <Stack gap={6} mt={6}>
              {SCOPES.map((scope) => (
                <Checkbox key={scope} value={scope} label={scope} />
              ))}
            </Stack>
          </Checkbox.Group>
          <Select
            label={`${t.organization} (${text.common.optional})`}
            description={t.organizationHelp}
            clearable
            data={(organizations.data?.items ?? []).map((one) => ({
              value: one.id,
              label: one.name,
            }))}
            value={organizationId}
            onChange={setOrganizationId}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {text.common.cancel}
            </Button>
            <Button
              type="submit"
              loading={create.isPending}
              disabled={!name.trim() || scopes.length === 0}
            >
              {text.common.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Issued({
  opened,
  token,
  onClose,
}: {
  opened: boolean;
  token: string;
  onClose: () => void;
}) {
  const { text } = useText();
  const t = text.people.tokens;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t.onceTitle}
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      <Stack>
        <Text size="sm">{t.once}</Text>
        <Code block data-testid="issued-token">
          {token}
        </Code>
        <Group justify="flex-end">
          <CopyButton value={token}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? text.common.copied : text.common.copy}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>{t.done}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
