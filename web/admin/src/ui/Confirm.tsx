import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useText } from "../i18n/text";

/** Asks before something that is not easily taken back. */
export function Confirm(props: {
  opened: boolean;
  title: string;
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const { text } = useText();
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={<Text fw={650}>{props.title}</Text>}
      centered
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      <Stack>
        <Text component="div" size="sm">
          {props.children}
        </Text>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={props.onClose}>
            {text.common.cancel}
          </Button>
          <Button
            {...(props.danger ? { color: "red.8" } : {})}
            loading={props.busy ?? false}
            onClick={props.onConfirm}
            data-autofocus
          >
            {props.confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
