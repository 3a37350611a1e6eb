import { type ReactNode, useState } from "react";
import { type Column, DataTable } from "./DataTable";

/** Rows of a page: more are not drawn at once, however many there are. */
const ROWS = 50;

/** A table of rows that are all there already, and shown a page at a time. */
export function WholeTable<T>(props: {
  label: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string | number;
  empty: ReactNode;
}) {
  const { rows, ...table } = props;
  const [chosen, choose] = useState(1);
  const page = Math.min(chosen, Math.max(1, Math.ceil(rows.length / ROWS)));
  const items = rows.slice((page - 1) * ROWS, page * ROWS);
  const data = { items, page, perPage: ROWS, total: rows.length };
  const query = { data, error: null, isPending: false, refetch: () => undefined };
  return <DataTable {...table} query={query} {...(rows.length > ROWS ? { onPage: choose } : {})} />;
}
