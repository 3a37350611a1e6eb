import { Alert, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { SyncMapping } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Facts } from "../../ui/Facts";
import { Panel } from "../../ui/Panel";
import { Answered } from "../../ui/states";
import { useActing } from "./acting";
import { DocumentSyncTag } from "./SyncTag";

/** How the document stands to its counterpart. */
export function MappingPanel({ id }: { id: string }) {
  const { text } = useText();
  const { key } = useActing();
  const t = text.sales.detail;
  const state = useQuery({
    queryKey: ["metakocka", "mapping", key, id],
    queryFn: () =>
      api.get("/api/integrations/metakocka/sales-documents/sync", {
        params: { query: { documentId: id } },
      }),
    // What is pending may end by itself.
    refetchInterval: ({ state }) =>
      state.data?.mapping?.syncStatus === "pending" || state.data?.mapping?.nextAttemptAt
        ? 4000
        : false,
  });
  const mapping = state.data?.mapping;
  return (
    <Panel
      title={t.mapping}
      actions={mapping ? <DocumentSyncTag status={mapping.syncStatus} /> : null}
    >
      <Answered query={state}>
        {(shown) =>
          shown.mapping ? <Shown mapping={shown.mapping} /> : <Text size="sm">{t.neverSent}</Text>
        }
      </Answered>
    </Panel>
  );
}

function Shown({ mapping }: { mapping: SyncMapping }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.sales.detail;
  const waiting: [string, string][] = mapping.nextAttemptAt
    ? [[t.next, format.moment(mapping.nextAttemptAt)]]
    : [];
  return (
    <Stack>
      {mapping.syncError ? (
        <Alert color="red" title={t.error}>
          {mapping.syncError}
          {mapping.remoteCode ? ` (${mapping.remoteCode})` : ""}
        </Alert>
      ) : null}
      <Facts
        facts={[
          [t.remoteNumber, mapping.metakockaNumber ?? "–"],
          [
            t.remoteId,
            <span key="id" className="mono">
              {mapping.metakockaId ?? "–"}
            </span>,
          ],
          [t.lastSynced, format.moment(mapping.lastSyncedAt)],
          [t.direction, text.sales.directions[mapping.direction] ?? mapping.direction],
          [t.attempts, format.number(mapping.attempts)],
          ...waiting,
        ]}
      />
    </Stack>
  );
}
