import { Alert, Button, SimpleGrid, Stack } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api } from "../../api/client";
import type { PreviewHead } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { download } from "../../ui/download";
import { Page } from "../../ui/Page";
import { Answered } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { CountFigure } from "./CountFigure";
import { Execution } from "./Execution";
import { PreviewGroup } from "./PreviewGroup";

export function Component() {
  const { previewId = "" } = useParams();
  const { text } = useText();
  const preview = useQuery<PreviewHead>({
    queryKey: ["preview", previewId],
    queryFn: () =>
      api.get("/api/user-sync/previews/{previewId}", { params: { path: { previewId } } }),
    staleTime: 60_000,
  });
  if (preview.data) return <Shown preview={preview.data} />;
  return (
    <Page title={text.directory.preview.title("")}>
      <Answered query={preview}>{() => null}</Answered>
    </Page>
  );
}

const GROUPS = ["new", "reactivated", "updated", "deleted", "invalid", "unchanged"] as const;

function Shown({ preview }: { preview: PreviewHead }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.directory.preview;
  const [excluded, setExcluded] = useState<ReadonlySet<string>>(new Set());
  const { location, summary } = preview;
  const toggle = (email: string) =>
    setExcluded((before) => {
      const next = new Set(before);
      if (!next.delete(email)) next.add(email);
      return next;
    });
  const save = useAct(() =>
    download(
      `/api/user-sync/previews/${encodeURIComponent(preview.previewId)}/export`,
      `preview-${location.locationCode}.csv`,
    ),
  );
  return (
    <Page
      title={t.title(location.locationName)}
      back={{ to: "/users", label: text.directory.users.title }}
      lead={`${t.lead} ${t.expires(format.moment(preview.expiresAt))}`}
      actions={
        <>
          <Button variant="default" loading={save.isPending} onClick={() => save.mutate()}>
            {t.export}
          </Button>
          <Button component={Link} to={`/users/sync/${location.id}`} variant="default">
            {t.again}
          </Button>
        </>
      }
    >
      <SimpleGrid cols={{ base: 2, sm: 3, xl: 6 }}>
        <CountFigure label={t.new} count={summary.new} tone="good" testId="summary-new" />
        <CountFigure label={t.reactivated} count={summary.reactivated} tone="good" />
        <CountFigure label={t.updated} count={summary.updated} tone="warn" />
        <CountFigure
          label={t.deleted}
          count={summary.deleted}
          note={t.deletedNote}
          tone="bad"
          testId="summary-deleted"
        />
        <CountFigure label={t.unchanged} count={summary.unchanged} testId="summary-unchanged" />
        <CountFigure
          label={t.total}
          count={summary.total}
          note={summary.invalid > 0 ? `${t.invalid}: ${format.number(summary.invalid)}` : undefined}
        />
      </SimpleGrid>
      <Verdict preview={preview} />
      <Stack gap="lg">
        {GROUPS.filter((group) => summary[group] > 0).map((group) => (
          <PreviewGroup
            key={group}
            previewId={preview.previewId}
            group={group}
            count={summary[group]}
            folded={group === "unchanged"}
            excluded={excluded}
            onExclude={group === "invalid" || group === "unchanged" ? undefined : toggle}
          />
        ))}
      </Stack>
      <Execution preview={preview} excluded={excluded} />
    </Page>
  );
}

/** What the guard says of it. */
function Verdict({ preview }: { preview: PreviewHead }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.directory.preview;
  const { guard } = preview;
  if (!guard.blocked) {
    return (
      <Alert color="petrol" icon={<IconShieldCheck aria-hidden />}>
        {t.guardOk}
      </Alert>
    );
  }
  return (
    <Alert color="red" title={t.guardTitle} role="alert">
      {t.guardShare(format.percent(guard.deletedShare), format.percent(guard.limit))}
      <ul>
        {guard.reasons.map((reason) => (
          <li key={reason.code}>{reason.message}</li>
        ))}
      </ul>
    </Alert>
  );
}
