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
import { Figure } from "../../ui/Figure";
import { Page } from "../../ui/Page";
import { Answered } from "../../ui/states";
import { useAct } from "../../ui/useAct";
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
        <Figure
          label={t.new}
          value={format.number(summary.new)}
          tone={summary.new > 0 ? "good" : undefined}
          testId="summary-new"
        />
        <Figure
          label={t.reactivated}
          value={format.number(summary.reactivated)}
          tone={summary.reactivated > 0 ? "good" : undefined}
        />
        <Figure
          label={t.updated}
          value={format.number(summary.updated)}
          tone={summary.updated > 0 ? "warn" : undefined}
        />
        <Figure
          label={t.deleted}
          value={format.number(summary.deleted)}
          note={t.deletedNote}
          tone={summary.deleted > 0 ? "bad" : undefined}
          testId="summary-deleted"
        />
        <Figure
          label={t.unchanged}
          value={format.number(summary.unchanged)}
          testId="summary-unchanged"
        />
        <Figure
          label={t.total}
          value={format.number(summary.total)}
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
