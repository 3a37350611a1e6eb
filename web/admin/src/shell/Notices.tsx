import {
  ActionIcon,
  Box,
  Button,
  Group,
  Indicator,
  Popover,
  ScrollArea,
  Stack,
  Text,
} from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import { useFormat } from "../i18n/format";
import { useText } from "../i18n/text";
import { useAct } from "../ui/useAct";

/** What needs this person, until it is read. */
export function Notices() {
  const { text } = useText();
  const format = useFormat();
  const notices = useQuery({
    queryKey: ["notifications"],
    queryFn: () =>
      api.get("/api/notifications", {
        params: { query: { unread: true, perPage: 50 } },
      }),
  });
  const read = useAct(
    (id: string) => api.post("/api/notifications/{id}/read", { params: { path: { id } } }),
    { stale: ["notifications"] },
  );
  const items = notices.data?.items ?? [];
  const total = notices.data?.total ?? 0;
  const label = `${text.common.notifications.title}, ${text.common.notifications.unread(total)}`;
  return (
    <Popover position="bottom-end" width={360} withinPortal shadow="md" trapFocus>
      <Indicator disabled={total === 0} color="red.8" size={9} offset={6}>
        <Popover.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} className="tool">
            <IconBell size={20} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0} aria-label={text.common.notifications.title}>
        <Text fw={650} p="sm">
          {text.common.notifications.title}
        </Text>
        <ScrollArea.Autosize mah={420} type="auto">
          {items.length === 0 ? (
            <Text c="dimmed" size="sm" p="sm" pt={0}>
              {text.common.notifications.empty}
            </Text>
          ) : (
            <Stack gap={0}>
              {items.map((notice) => (
                <Box key={notice.id} p="sm" className="notice">
                  <Text size="sm" fw={600}>
                    {notice.title}
                  </Text>
                  <Text size="sm">{notice.body}</Text>
                  <Group justify="space-between" mt={4}>
                    <Text size="xs" c="dimmed">
                      {format.moment(notice.createdAt)}
                    </Text>
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      onClick={() => read.mutate(notice.id)}
                    >
                      {text.common.notifications.markRead}
                    </Button>
                  </Group>
                </Box>
              ))}
            </Stack>
          )}
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
