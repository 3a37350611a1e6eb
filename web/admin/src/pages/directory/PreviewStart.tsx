import { Button, Progress, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { sentence } from "../../ui/failure";
import { warn } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { Panel } from "../../ui/Panel";
import { useLocationName } from "./locations";
import { useSyncProgress } from "./progress";

/** Fetches what a sync would do; then leads to it, or back with what went wrong. */
export function Component() {
  const id = Number(useParams().locationId);
  const { text } = useText();
  const format = useFormat();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const nameOf = useLocationName();
  const begun = useRef<number>(undefined);
  const progress = useSyncProgress(
    useCallback((told) => told.runId === undefined && (told.locationId ?? id) === id, [id]),
  );
  const t = text.directory.preview;

  useEffect(() => {
    if (begun.current === id) return;
    begun.current = id;
    const here = window.location.pathname;
    const still = () => window.location.pathname === here;
    api
      .post("/api/user-sync/locations/{id}/preview", { params: { path: { id } } })
      .then((preview) => {
        queries.setQueryData(["preview", preview.previewId], preview);
        if (still()) void navigate(`/users/previews/${preview.previewId}`, { replace: true });
      })
      .catch((error: unknown) => {
        warn(text.directory.users.failedTitle, sentence(error, text));
        if (still()) void navigate("/users", { replace: true });
      });
  }, [id, navigate, queries, text]);

  const known = progress && progress.total > 0;
  return (
    <Page
      title={t.loadingTitle(nameOf(id))}
      back={{ to: "/users", label: text.directory.users.title }}
    >
      <Panel>
        <Stack role="status" aria-live="polite">
          <Text>{t.loading}</Text>
          <Progress
            value={known ? (progress.done / progress.total) * 100 : 100}
            animated
            striped
            aria-label={t.loadingTitle(nameOf(id))}
          />
          <Text size="sm" c="dimmed" mih="1.5em">
            {known ? t.fetched(format.number(progress.done), format.number(progress.total)) : ""}
          </Text>
          <Button component={Link} to="/users" variant="default" w="fit-content">
            {text.common.cancel}
          </Button>
        </Stack>
      </Panel>
    </Page>
  );
}
