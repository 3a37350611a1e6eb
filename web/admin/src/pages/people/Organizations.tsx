import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { DataTable } from "../../ui/DataTable";
import { Page } from "../../ui/Page";
import { Empty } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { useListParams } from "../../ui/useListParams";

export function Component() {
  const { text } = useText();
  const format = useFormat();
  const t = text.people.organizations;
  const { page, toPage } = useListParams();
  const [creating, creation] = useDisclosure();
  const organizations = useQuery({
    queryKey: ["organizations", "list", page],
    queryFn: () =>
      api.get("/api/organizations", {
        params: { query: { page, perPage: 25 } },
      }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={creation.open}>
          {t.create}
        </Button>
      }
    >
      <DataTable
        label={t.title}
        columns={[
          {
            key: "name",
            header: t.name,
            cell: (one) => (
              <Link className="text-link" to={`/organizations/${encodeURIComponent(one.id)}`}>
                {one.name}
              </Link>
            ),
          },
          {
            key: "id",
            header: "Id",
            cell: (one) => <span className="mono">{one.id}</span>,
          },
          {
            key: "since",
            header: t.since,
            cell: (one) => format.day(one.createdAt),
          },
        ]}
        rowKey={(one) => one.id}
        query={organizations}
        onPage={toPage}
        empty={<Empty title={t.empty} />}
      />
      <Creation opened={creating} onClose={creation.close} />
    </Page>
  );
}

function Creation({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { text } = useText();
  const t = text.people.organizations;
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const create = useAct(() => api.post("/api/organizations", { body: { name: name.trim() } }), {
    told: (one) => t.createdToast(one.name),
    stale: ["organizations"],
    done: ({ id }) => void navigate(`/organizations/${encodeURIComponent(id)}`),
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t.create}
      centered
      closeButtonProps={{ "aria-label": text.common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t.name}
            value={name}
            maxLength={200}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text.common.cancel}
            </Button>
            <Button type="submit" loading={create.isPending} disabled={!name.trim()}>
              {text.common.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
