import { notifications } from "@mantine/notifications";

export function tell(message: string): void {
  notifications.show({ message, color: "teal", withBorder: true });
}

export function warn(title: string, message: string): void {
  notifications.show({
    title,
    message,
    color: "red",
    withBorder: true,
    autoClose: 12_000,
  });
}
