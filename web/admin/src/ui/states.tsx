import { Alert, Button, Center, Loader, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconAlertTriangle, IconInbox, IconRefresh } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useText } from "../i18n/text";
import { sentence } from "./failure";

export function Loading({ label }: { label?: string }) {
  const { text } = useText();
  return (
    <Center mih={160} role="status">
      <Stack align="center" gap="xs">
        <Loader aria-hidden />
        <Text c="dimmed" size="sm">
          {label ?? text.common.loading}
        </Text>
      </Stack>
    </Center>
  );
}

export function Failed({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const { text } = useText();
  return (
    <Alert
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title={text.common.failed}
      role="alert"
    >
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{sentence(error, text)}</Text>
        {retry ? (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={retry}
          >
            {text.common.retry}
          </Button>
        ) : null}
      </Stack>
    </Alert>
  );
}

export function Empty(props: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Center mih={180} p="lg">
      <Stack align="center" gap={6}>
        <ThemeIcon variant="light" color="gray" size={44} radius="xl" aria-hidden>
          <IconInbox size={24} />
        </ThemeIcon>
        <Text fw={600}>{props.title}</Text>
        {props.children ? (
          <Text c="dimmed" size="sm" ta="center" maw="32rem">
            {props.children}
          </Text>
        ) : null}
        {props.action}
      </Stack>
    </Center>
  );
}

/** The states every answer has, and what to show when it is there. */
export function Answered<T>(props: {
  query: {
    data: T | undefined;
    error: unknown;
    isPending: boolean;
    refetch: () => unknown;
  };
  children: (data: T) => ReactNode;
}) {
  const { data, error, isPending, refetch } = props.query;
  if (data !== undefined) return props.children(data);
  if (isPending) return <Loading />;
  return <Failed error={error} retry={() => void refetch()} />;
}
