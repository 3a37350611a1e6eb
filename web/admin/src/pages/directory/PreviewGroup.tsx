import { Button, Checkbox, Collapse, Group, Paper, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { api } from "../../api/client";
import type { PreviewItem } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Changes } from "../../ui/Changes";
import { type Column, DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/states";

export type PreviewGroupName =
  | "new"
  | "reactivated"
  | "updated"
  | "deleted"
  | "invalid"
  | "unchanged";

function emailOf(item: PreviewItem): string | undefined {
  return "email" in item ? item.email : undefined;
}

function useColumns(props: {
  group: PreviewGroupName;
  excluded: ReadonlySet<string>;
  onExclude: ((email: string) => void) | undefined;
}): Column<PreviewItem>[] {
  const { text } = useText();
  const t = text.directory;
  if (props.group === "invalid") {
    return [
      { key: "row", header: t.preview.row, cell: (one) => ("row" in one ? one.row : "–") },
      {
        key: "problem",
        header: t.preview.problem,
        cell: (one) => ("error" in one ? one.error : "–"),
      },
    ];
  }
  const email: Column<PreviewItem> = {
    key: "email",
    header: t.users.email,
    cell: (one) => emailOf(one),
  };
  const of = (field: "name" | "role" | "company"): Column<PreviewItem> => ({
    key: field,
    header: t.users[field],
    cell: (one) => (field in one ? ((one as Record<string, string | null>)[field] ?? "–") : "–"),
  });
  const changes: Column<PreviewItem> = {
    key: "changes",
    wide: true,
    header: t.preview.changes,
    cell: (one) => ("changes" in one ? <Changes changes={one.changes} /> : null),
  };
  const exclude: Column<PreviewItem> = {
    key: "exclude",
    header: t.preview.exclude,
    align: "right",
    cell: (one) => {
      const address = emailOf(one);
      if (!address) return null;
      return (
        <Checkbox
          aria-label={t.preview.excludeOne(address)}
          checked={props.excluded.has(address)}
          onChange={() => props.onExclude?.(address)}
          display="inline-block"
        />
      );
    },
  };
  const middle = props.group === "updated" ? [changes] : [of("name"), of("role"), of("company")];
  return [email, ...middle, ...(props.onExclude ? [exclude] : [])];
}

/** One list of a preview, a page at a time; a folded one is fetched when it is unfolded. */
export function PreviewGroup(props: {
  previewId: string;
  group: PreviewGroupName;
  count: number;
  folded: boolean;
  excluded: ReadonlySet<string>;
  onExclude: ((email: string) => void) | undefined;
}) {
  const { text } = useText();
  const format = useFormat();
  const t = text.directory.preview;
  const [open, { toggle }] = useDisclosure(!props.folded);
  const [page, setPage] = useState(1);
  const region = useId();
  const columns = useColumns(props);
  const { previewId, group } = props;
  const items = useQuery({
    queryKey: ["preview-items", previewId, group, page],
    queryFn: () =>
      api.get("/api/user-sync/previews/{previewId}/{group}", {
        params: { path: { previewId, group }, query: { page, perPage: 50 } },
      }),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: open,
  });
  const title = group === "unchanged" ? t.unchangedUsers : t[group];
  return (
    <Paper component="section" className="panel" p="md" aria-label={title}>
      <Group justify="space-between">
        <Title order={2} size="h5">
          {title}{" "}
          <Text span c="dimmed" fw={500}>
            {format.number(props.count)}
          </Text>
        </Title>
        <Button
          size="compact-sm"
          variant="subtle"
          aria-expanded={open}
          aria-controls={region}
          aria-label={`${open ? t.hide : t.show}: ${title}`}
          onClick={toggle}
        >
          {open ? t.hide : t.show}
        </Button>
      </Group>
      <Collapse expanded={open} id={region}>
        <div className="group-rows">
          {open ? (
            <DataTable
              label={title}
              columns={columns}
              rowKey={(one) => emailOf(one) ?? ("row" in one ? one.row : 0)}
              query={items}
              onPage={setPage}
              empty={<Empty title={t.none} />}
            />
          ) : null}
        </div>
      </Collapse>
    </Paper>
  );
}
