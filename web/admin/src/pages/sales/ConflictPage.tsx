import { Alert, Button, Group, Paper, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "../../api/client";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { Panel } from "../../ui/Panel";
import { Answered } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { useActing } from "./acting";
import { useDocument } from "./DocumentPage";
import { Sales } from "./Sales";

type Side = "crm" | "metakocka";

export function Component() {
  const { id = "" } = useParams();
  const { text } = useText();
  const { key } = useActing();
  const t = text.sales.conflict;
  const document = useDocument(id);
  const params = { path: { documentId: id } };
  const conflict = useQuery({
    queryKey: ["metakocka", "conflict", key, id],
    queryFn: () => api.get("/api/integrations/metakocka/conflicts/{documentId}", { params }),
  });
  return (
    <Sales title={t.title(document.data?.documentNumber ?? id)} lead={t.lead}>
      <Answered query={conflict}>
        {(shown) => (
          <Stack>
            {shown.deletedInMetakocka ? <Alert color="yellow">{t.deletedThere}</Alert> : null}
            {shown.fields.length > 0 ? (
              <Panel>
                <Table fz="sm" aria-label={t.title(id)}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th scope="col">{t.field}</Table.Th>
                      <Table.Th scope="col">{t.here}</Table.Th>
                      <Table.Th scope="col">{t.there}</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {shown.fields.map((one) => (
                      <Table.Tr key={one.field}>
                        <Table.Th scope="row">{one.field}</Table.Th>
                        <Table.Td>{one.crm ?? "–"}</Table.Td>
                        <Table.Td>{one.metakocka ?? "–"}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Panel>
            ) : null}
            <Choice id={id} />
          </Stack>
        )}
      </Answered>
    </Sales>
  );
}

function Choice({ id }: { id: string }) {
  const { text } = useText();
  const t = text.sales.conflict;
  const navigate = useNavigate();
  const [kept, setKept] = useState<Side>();
  const resolve = useAct(
    (keep: Side) =>
      api.post("/api/integrations/metakocka/conflicts/{documentId}", {
        params: { path: { documentId: id } },
        body: { keep },
      }),
    {
      told: () => t.done,
      stale: ["sales-documents", "metakocka"],
      done: () => void navigate(`/documents/${encodeURIComponent(id)}`, { replace: true }),
    },
  );
  const sides: [Side, string, string][] = [
    ["crm", t.keepHere, t.keepHereHelp],
    ["metakocka", t.keepThere, t.keepThereHelp],
  ];
  const chosen = sides.find(([side]) => side === kept);
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      {sides.map(([side, label, help]) => (
        <Paper key={side} className="panel" p="md">
          <Group justify="space-between">
            <Text size="sm">{help}</Text>
            <Button variant="light" onClick={() => setKept(side)}>
              {label}
            </Button>
          </Group>
        </Paper>
      ))}
      <Confirm
        opened={kept !== undefined}
        title={t.confirmTitle}
        confirm={chosen?.[1] ?? ""}
        danger
        busy={resolve.isPending}
        onConfirm={() => kept && resolve.mutate(kept, { onError: () => setKept(undefined) })}
        onClose={() => setKept(undefined)}
      >
        {chosen?.[2]}
      </Confirm>
    </SimpleGrid>
  );
}
