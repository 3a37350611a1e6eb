import { Alert, Button, SimpleGrid } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowBackUp } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api } from "../../api/client";
import type { SyncRun } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Changes } from "../../ui/Changes";
import { Confirm } from "../../ui/Confirm";
import { DataTable } from "../../ui/DataTable";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { Panel } from "../../ui/Panel";
import { Answered, Empty } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { CountFigure } from "./CountFigure";
import { useLocationName } from "./locations";
import { RunTag } from "./Runs";

export function Component() {
  const { id = "" } = useParams();
  const { text } = useText();
  const run = useQuery({
    queryKey: ["runs", "one", id],
    queryFn: () => api.get("/api/user-sync/runs/{id}", { params: { path: { id } } }),
    refetchInterval: ({ state }) => (state.data?.status === "running" ? 1000 : false),
  });
  if (run.data) return <Shown run={run.data} />;
  return (
    <Page title={text.directory.runs.run}>
      <Answered query={run}>{() => null}</Answered>
    </Page>
  );
}

function Shown({ run }: { run: SyncRun }) {
  const { text } = useText();
  const format = useFormat();
  const nameOf = useLocationName();
  const t = text.directory.runs;
  const { counts } = run;
  return (
    <Page
      title={`${t.run}: ${nameOf(run.locationId)}`}
      back={{ to: "/users/runs", label: t.title }}
      lead={<RunTag run={run} />}
      actions={<Undo run={run} />}
    >
      {run.status === "failed" ? (
        <Alert color="red" title={t.failed} role="alert">
          {run.error}
        </Alert>
      ) : null}
      {run.message ? <Alert color="petrol">{run.message}</Alert> : null}
      {run.allowLargeDeletion ? <Alert color="yellow">{t.overridden}</Alert> : null}
      <SimpleGrid cols={{ base: 2, sm: 5 }}>
        <CountFigure label={t.added} count={counts.added} tone="good" />
        <CountFigure label={t.reactivated} count={counts.reactivated} tone="good" />
        <CountFigure label={t.updated} count={counts.updated} tone="warn" />
        <CountFigure label={t.deactivated} count={counts.deactivated} tone="bad" />
        <CountFigure label={t.unchanged} count={counts.unchanged} />
      </SimpleGrid>
      <Panel>
        <Facts
          facts={[
            [t.started, format.moment(run.startedAt)],
            [
              t.duration,
              run.durationMs == null ? "–" : t.seconds(format.number(run.durationMs / 1000)),
            ],
            [
              t.trigger,
              `${t.triggers[run.trigger] ?? run.trigger} · ${run.actor.id || run.actor.kind}`,
            ],
            ...(run.undoneRunId
              ? ([
                  [
                    t.undoes,
                    <Link key="undone" className="text-link" to={`/users/runs/${run.undoneRunId}`}>
                      {t.run}
                    </Link>,
                  ],
                ] as [string, React.ReactNode][])
              : []),
          ]}
        />
      </Panel>
      {run.conflicts.length > 0 ? <Conflicts run={run} /> : null}
      <UserChanges id={run.id} />
    </Page>
  );
}

function Conflicts({ run }: { run: SyncRun }) {
  const { text } = useText();
  const t = text.directory.runs;
  return (
    <Alert color="yellow" title={t.conflicts}>
      <ul>
        {run.conflicts.map((one) => (
          <li key={one.email}>
            {one.email}: {one.reason}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

function Undo({ run }: { run: SyncRun }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.directory.runs;
  const [asking, confirmation] = useDisclosure();
  const undo = useAct(
    () => api.post("/api/user-sync/runs/{id}/undo", { params: { path: { id: run.id } } }),
    {
      told: ({ restored }) => t.undoneToast(format.number(restored)),
      stale: ["runs", "directory-users"],
      done: confirmation.close,
    },
  );
  if (run.status !== "completed" || run.trigger === "undo" || run.undoneByRunId) return null;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconArrowBackUp size={16} aria-hidden />}
        onClick={confirmation.open}
      >
        {t.undo}
      </Button>
      <Confirm
        opened={asking}
        title={t.undoTitle}
        confirm={t.undo}
        danger
        busy={undo.isPending}
        onConfirm={() => undo.mutate()}
        onClose={confirmation.close}
      >
        {t.undoHelp}
      </Confirm>
    </>
  );
}

function UserChanges({ id }: { id: string }) {
  const { text } = useText();
  const t = text.directory.runs;
  const [page, setPage] = useState(1);
  const changes = useQuery({
    queryKey: ["runs", "changes", id, page],
    queryFn: () =>
      api.get("/api/user-sync/runs/{id}/changes", {
        params: { path: { id }, query: { page, perPage: 50 } },
      }),
    placeholderData: keepPreviousData,
  });
  return (
    <Panel title={t.changes}>
      <DataTable
        label={t.changes}
        columns={[
          { key: "email", header: text.directory.users.email, cell: (one) => one.email },
          { key: "action", header: t.action, cell: (one) => t.actions[one.action] ?? one.action },
          {
            key: "fields",
            wide: true,
            header: text.directory.preview.changes,
            cell: (one) => <Changes changes={one.changes} />,
          },
        ]}
        rowKey={(one) => one.userId}
        query={changes}
        onPage={setPage}
        empty={<Empty title={t.noChanges} />}
      />
    </Panel>
  );
}
