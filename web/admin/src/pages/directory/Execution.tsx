import { Alert, Button, Checkbox, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "../../api/client";
import type { PreviewHead } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { sentence } from "../../ui/failure";
import { tell } from "../../ui/notify";
import { useAct } from "../../ui/useAct";

/** Carries a preview out, and follows the run until it is done. */
function useExecution(preview: PreviewHead, excluded: ReadonlySet<string>, anyway: boolean) {
  const [runId, setRunId] = useState<string>();
  const execute = useAct(
    () =>
      api.post("/api/user-sync/locations/{id}/execute", {
        params: { path: { id: preview.location.id } },
        body: {
          previewId: preview.previewId,
          allowLargeDeletion: anyway,
          ...(excluded.size > 0 ? { exclude: [...excluded] } : {}),
        },
      }),
    { quiet: true, done: (begun) => setRunId(begun.runId) },
  );
  const run = useQuery({
    queryKey: ["runs", "one", runId],
    queryFn: () => api.get("/api/user-sync/runs/{id}", { params: { path: { id: runId ?? "" } } }),
    enabled: runId !== undefined,
    refetchInterval: ({ state }) => (state.data && state.data.status !== "running" ? false : 400),
  });
  return {
    execute,
    run: run.data,
    running: runId !== undefined && (!run.data || run.data.status === "running"),
  };
}

export function Execution({
  preview,
  excluded,
}: {
  preview: PreviewHead;
  excluded: ReadonlySet<string>;
}) {
  const { text } = useText();
  const format = useFormat();
  const t = text.directory.preview;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asking, confirmation] = useDisclosure();
  const [anyway, setAnyway] = useState(false);
  const { execute, run, running } = useExecution(preview, excluded, anyway);
  const { summary } = preview;

  useEffect(() => {
    if (!run || run.status === "running") return;
    for (const key of ["directory-users", "locations", "runs"]) {
      void queries.invalidateQueries({ queryKey: [key] });
    }
    if (run.status !== "completed") return;
    if (run.message) tell(run.message);
    void navigate(`/users?location=${preview.location.id}`, { replace: true });
  }, [run, navigate, queries, preview.location.id]);

  if (preview.runId) {
    return (
      <Alert color="blue">
        {t.used}{" "}
        <Link className="text-link" to={`/users/runs/${preview.runId}`}>
          {t.toRun}
        </Link>
      </Alert>
    );
  }
  const failure =
    execute.error ?? (run?.status === "failed" ? new Error(run.error ?? "") : undefined);
  return (
    <Paper className="panel sticky-foot" p="md">
      <Stack gap="sm">
        {failure ? (
          <Alert color="red" role="alert">
            {run?.error ?? sentence(failure, text)}
          </Alert>
        ) : null}
        {running ? (
          <Stack gap={4} role="status">
            <Text size="sm">{t.running}</Text>
            <Progress
              value={
                run && run.progress.total > 0 ? (run.progress.done / run.progress.total) * 100 : 100
              }
              animated
              striped
              aria-label={t.running}
            />
          </Stack>
        ) : null}
        <Group justify="space-between">
          <Stack gap={4}>
            {preview.guard.blocked ? (
              <Checkbox
                label={t.allow}
                checked={anyway}
                onChange={(event) => setAnyway(event.currentTarget.checked)}
              />
            ) : null}
            {excluded.size > 0 ? (
              <Text size="sm" c="dimmed">
                {t.excluded(format.number(excluded.size))}
              </Text>
            ) : null}
          </Stack>
          <Group gap="sm">
            <Button component={Link} to="/users" variant="default">
              {text.common.cancel}
            </Button>
            <Button
              loading={execute.isPending || running}
              disabled={preview.guard.blocked && !anyway}
              onClick={confirmation.open}
            >
              {t.execute}
            </Button>
          </Group>
        </Group>
      </Stack>
      <Confirm
        opened={asking}
        title={t.confirmTitle}
        confirm={t.ok}
        danger={preview.guard.blocked}
        onConfirm={() => {
          confirmation.close();
          execute.mutate();
        }}
        onClose={confirmation.close}
      >
        {t.confirm(format.number(summary.new), format.number(summary.deleted))}
      </Confirm>
    </Paper>
  );
}
