import { Box, Group, Pagination, Skeleton, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useFormat } from "../i18n/format";
import { useText } from "../i18n/text";
import classes from "./DataTable.module.css";
import { Failed } from "./states";

export interface Column<T> {
  key: string;
  header: ReactNode;
  cell: (row: T) => ReactNode;
  align?: "right";
  /** Stays on one line. */
  fixed?: boolean;
  /** Of several lines: on a phone it stands below its header. */
  wide?: boolean;
}

export interface Listed<T> {
  items: T[];
  page: number;
  perPage: number;
  total: number;
}

/**
 * A table of one page of rows; on a phone each row is a card. The roles are written out, because a table that is laid
 * out as cards loses them.
 */
export function DataTable<T>(props: {
  label: string;
  columns: Column<T>[];
  rowKey: (row: T) => string | number;
  query: {
    data: Listed<T> | undefined;
    error: unknown;
    isPending: boolean;
    isFetching?: boolean;
    refetch: () => unknown;
  };
  empty: ReactNode;
  onPage?: (page: number) => void;
  /** Says nothing of which rows these are: for lists of which some rows are left out. */
  unnumbered?: boolean;
  rowClass?: (row: T) => string | undefined;
}) {
  const { data, error, isPending } = props.query;
  if (!data && error) return <Failed error={error} retry={() => void props.query.refetch()} />;
  if (!data && isPending) return <Waiting />;
  if (!data || data.items.length === 0) {
    return <Box className={classes.frame}>{props.empty}</Box>;
  }
  return (
    <Box>
      {error ? (
        <Box mb="sm">
          <Failed error={error} retry={() => void props.query.refetch()} />
        </Box>
      ) : null}
      <Box className={classes.frame} data-busy={props.query.isFetching || undefined}>
        <section
          className={classes.scroll}
          aria-label={props.label}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls a wide table with the keyboard
          tabIndex={0}
        >
          <Rows {...props} rows={data.items} />
        </section>
      </Box>
      <Pages data={data} onPage={props.onPage} unnumbered={props.unnumbered} />
    </Box>
  );
}

function Waiting() {
  const { text } = useText();
  return (
    <Box className={classes.frame} p="md" role="status" aria-label={text.common.loading}>
      {["a", "b", "c", "d", "e", "f"].map((key) => (
        <Skeleton key={key} height={22} my="sm" radius="sm" />
      ))}
    </Box>
  );
}

function Rows<T>(props: {
  label: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string | number;
  rowClass?: (row: T) => string | undefined;
}) {
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: on a phone these are no longer a table by their layout
    // biome-ignore-start lint/a11y/useSemanticElements: as above
    <table role="table" className={classes.table} aria-label={props.label}>
      <thead role="rowgroup">
        <tr role="row">
          {props.columns.map((column) => (
            <th role="columnheader" key={column.key} scope="col" data-align={column.align}>
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {props.rows.map((row) => (
          <tr role="row" key={props.rowKey(row)} className={props.rowClass?.(row)}>
            {props.columns.map((column) => (
              <td
                role="cell"
                key={column.key}
                data-align={column.align}
                data-fixed={column.fixed || undefined}
                data-wide={column.wide || undefined}
              >
                <span className={classes.label} aria-hidden>
                  {column.header}
                </span>
                <div className={classes.value}>{column.cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/noRedundantRoles: see above
    // biome-ignore-end lint/a11y/useSemanticElements: see above
  );
}

function Pages<T>({
  data,
  onPage,
  unnumbered,
}: {
  data: Listed<T>;
  onPage: ((page: number) => void) | undefined;
  unnumbered: boolean | undefined;
}) {
  const { text } = useText();
  const format = useFormat();
  const pages = Math.max(1, Math.ceil(data.total / data.perPage));
  const first = (data.page - 1) * data.perPage + 1;
  const last = first + data.items.length - 1;
  // All of a short list can be counted at a glance.
  if (pages === 1 && (!onPage || unnumbered)) return null;
  return (
    <Group justify="space-between" mt="sm" gap="sm">
      {unnumbered ? (
        <span />
      ) : (
        <Text size="sm" c="dimmed">
          {text.common.range(format.number(first), format.number(last), format.number(data.total))}
        </Text>
      )}
      {onPage && pages > 1 ? (
        <Pagination
          total={pages}
          value={data.page}
          onChange={onPage}
          size="sm"
          getControlProps={(control) => ({
            "aria-label": text.common.pagination[control],
          })}
          getItemProps={(page) => ({
            "aria-label": text.common.pageNumber(page),
          })}
        />
      ) : null}
    </Group>
  );
}
