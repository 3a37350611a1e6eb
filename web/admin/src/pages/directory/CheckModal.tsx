import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconCheck, IconMinus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { Location } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Answered, Loading } from "../../ui/states";
import { Tag } from "../../ui/Tag";

function Mark({ ok }: { ok: boolean | null | undefined }) {
  const { text } = useText();
  if (ok === true)
    return (
      <Tag tone="good" icon={<IconCheck size={13} aria-hidden />}>
        {text.common.yes}
      </Tag>
    );
  if (ok === false)
    return (
      <Tag tone="bad" icon={<IconX size={13} aria-hidden />}>
        {text.common.no}
      </Tag>
    );
  return (
    <Tag tone="neutral" icon={<IconMinus size={13} aria-hidden />}>
      {text.directory.locations.notTried}
    </Tag>
  );
}

/** Talks to a server without changing anything: whether it lets us in, and whether its lists add up. */
export function CheckModal(props: { location: Location | undefined; onClose: () => void }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.directory.locations;
  const id = props.location?.id ?? 0;
  const check = useQuery({
    queryKey: ["location-check", id],
    queryFn: () => api.post("/api/user-sync/locations/{id}/check", { params: { path: { id } } }),
    enabled: props.location !== undefined,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Modal
      opened={props.location !== undefined}
      onClose={props.onClose}
      title={t.checkTitle(props.location?.locationName ?? "")}
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      {check.isFetching ? (
        <Loading label={t.checking} />
      ) : (
        <Answered query={check}>
          {(seen) => (
            <Stack>
              <Alert color={seen.ok ? "petrol" : "red"} role="status">
                {seen.ok ? t.checkOk : t.checkFailed}{" "}
                {seen.users == null ? "" : t.usersFound(format.number(seen.users))}
              </Alert>
              {seen.steps.map((step) => (
                <Group key={step.name} justify="space-between" align="flex-start" wrap="nowrap">
                  <div>
                    <Text size="sm" fw={600}>
                      {t.steps[step.name] ?? step.name}
                    </Text>
                    <Text size="sm" c="dimmed">
                      {step.message}
                    </Text>
                  </div>
                  <Mark ok={step.ok} />
                </Group>
              ))}
              <Button variant="default" onClick={() => void check.refetch()} w="fit-content">
                {text.common.retry}
              </Button>
            </Stack>
          )}
        </Answered>
      )}
    </Modal>
  );
}
