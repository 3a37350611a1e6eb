import {
  Alert,
  Button,
  Group,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { api } from "../../api/client";
import type { Schemas } from "../../api/types";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { sentence } from "../../ui/failure";
import { Panel } from "../../ui/Panel";
import { Answered } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { useActing } from "./acting";
import { ImportSchedule } from "./ImportSchedule";
import { Sales, useCredentials } from "./Sales";

export function Component() {
  const { text } = useText();
  const { key } = useActing();
  const t = text.sales.settings;
  return (
    <Sales title={t.title} lead={t.lead}>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg">
        <Credentials key={`credentials ${key}`} />
        <ImportSchedule key={`schedule ${key}`} />
      </SimpleGrid>
    </Sales>
  );
}

function Credentials() {
  const { text } = useText();
  const t = text.sales.settings;
  const credentials = useCredentials();
  return (
    <Panel title={t.credentials}>
      <Answered query={credentials}>
        {(known) => (
          <Stack>
            <Text size="sm">
              {known.configured ? t.configured(known.secretKeyLast4 ?? "") : t.notConfigured}
            </Text>
            <KeyForm known={known} />
            {known.configured ? <Existing /> : null}
          </Stack>
        )}
      </Answered>
    </Panel>
  );
}

function KeyForm({ known }: { known: Schemas["MetakockaCredentials"] }) {
  const { text } = useText();
  const t = text.sales.settings;
  const [companyId, setCompanyId] = useState(known.companyId ?? "");
  const [secretKey, setSecretKey] = useState("");
  const [baseUrl, setBaseUrl] = useState(known.configured ? known.baseUrl : "");
  const save = useAct(
    () =>
      api.put("/api/integrations/metakocka/credentials", {
        body: { companyId, secretKey, ...(baseUrl ? { baseUrl } : {}) },
      }),
    { told: () => t.savedToast, stale: ["metakocka"], quiet: true, done: () => setSecretKey("") },
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack maw={560}>
        {save.error ? (
          <Alert color="red" role="alert">
            {sentence(save.error, text)}
          </Alert>
        ) : null}
        <Group grow align="flex-start">
          <TextInput
            label={t.companyId}
            value={companyId}
            onChange={(event) => setCompanyId(event.currentTarget.value)}
          />
          <PasswordInput
            label={t.secretKey}
            description={t.secretHelp}
            inputWrapperOrder={["label", "input", "description", "error"]}
            autoComplete="off"
            value={secretKey}
            onChange={(event) => setSecretKey(event.currentTarget.value)}
          />
        </Group>
        <TextInput
          label={t.baseUrl}
          description={t.baseUrlHelp}
          inputWrapperOrder={["label", "input", "description", "error"]}
          type="url"
          value={baseUrl}
          onChange={(event) => setBaseUrl(event.currentTarget.value)}
        />
        <Button
          type="submit"
          w="fit-content"
          loading={save.isPending}
          disabled={!companyId || !secretKey}
        >
          {t.save}
        </Button>
      </Stack>
    </form>
  );
}

function Existing() {
  const { text } = useText();
  const t = text.sales.settings;
  const [asking, confirmation] = useDisclosure();
  const test = useAct(() => api.post("/api/integrations/metakocka/credentials/test"), {
    stale: ["metakocka"],
  });
  const forget = useAct(() => api.delete("/api/integrations/metakocka/credentials"), {
    told: () => t.forgotToast,
    stale: ["metakocka"],
    done: confirmation.close,
  });
  return (
    <Stack gap="sm">
      {test.data ? (
        <Alert color={test.data.success ? "petrol" : "red"} role="status" maw={560}>
          {test.data.success ? t.testOk : test.data.error}
        </Alert>
      ) : null}
      <Group>
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
          {t.test}
        </Button>
        <Button variant="default" onClick={confirmation.open}>
          {t.forget}
        </Button>
      </Group>
      <Confirm
        opened={asking}
        title={t.forgetTitle}
        confirm={t.forget}
        danger
        busy={forget.isPending}
        onConfirm={() => forget.mutate()}
        onClose={confirmation.close}
      >
        {t.forgetHelp}
      </Confirm>
    </Stack>
  );
}
