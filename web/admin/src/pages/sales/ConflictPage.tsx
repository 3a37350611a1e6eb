import { Alert, Button, Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "../../api/client";
import { useFields } from "../../i18n/fields";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { Answered } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { WholeTable } from "../../ui/WholeTable";
import { useActing } from "./acting";
import { useDocument } from "./DocumentPage";
import { Sales } from "./Sales";

type Side = "crm" | "metakocka";

/** First what both sides say, each in its own way; then what only one of them knows. */
function bothFirst<T extends { crm?: string | null; metakocka?: string | null }>(fields: T[]): T[] {
  const ofOne = ({ crm, metakocka }: T) => (crm != null && metakocka != null ? 0 : 1);
  return [...fields].sort((one, other) => ofOne(one) - ofOne(other));
}

export function Component() {
  const { id = "" } = useParams();
  const { text } = useText();
  const { key } = useActing();
  const fields = useFields();
  const t = text.sales.conflict;
  const document = useDocument(id);
  const params = { path: { documentId: id } };
  const conflict = useQuery({
    queryKey: ["metakocka", "conflict", key, id],
    queryFn: () => api.get("/api/integrations/metakocka/conflicts/{documentId}", { params }),
  });
  return (
    <Sales
      title={t.title(document.data?.documentNumber ?? id)}
      lead={t.lead}
      back={{
        to: `/documents/${encodeURIComponent(id)}`,
        label: document.data?.documentNumber ?? text.sales.detail.document,
      }}
    >
      <Answered query={conflict}>
        {(shown) => (
          <Stack>
            {shown.deletedInMetakocka ? <Alert color="yellow">{t.deletedThere}</Alert> : null}
            {shown.fields.length > 0 ? (
              <WholeTable
                label={t.title(document.data?.documentNumber ?? id)}
                rowKey={(one) => one.field}
                rows={bothFirst(shown.fields)}
                empty={null}
                columns={[
                  { key: "field", header: t.field, cell: (one) => fields.name(one.field) },
                  { key: "here", header: t.here, cell: (one) => fields.value(one.field, one.crm) },
                  {
                    key: "there",
                    header: t.there,
                    cell: (one) => fields.value(one.field, one.metakocka),
                  },
                ]}
              />
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
  const queries = useQueryClient();
  const [kept, setKept] = useState<Side>();
  const resolve = useAct(
    (keep: Side) =>
      api.post("/api/integrations/metakocka/conflicts/{documentId}", {
        params: { path: { documentId: id } },
        body: { keep },
      }),
    {
      told: () => t.done,
      stale: ["sales-documents"],
      done: () => {
        // Whatever shows next asks again; this page does not, for there is no conflict any more.
        void queries.invalidateQueries({ queryKey: ["metakocka"], refetchType: "none" });
        void navigate(`/documents/${encodeURIComponent(id)}`, { replace: true });
      },
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
