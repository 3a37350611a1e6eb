import { Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { Movement } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { type Column, DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/states";
import { Tag } from "../../ui/Tag";

function useColumns(ofOne: boolean): Column<Movement>[] {
  const { text } = useText();
  const format = useFormat();
  const t = text.stock;
  const product: Column<Movement> = {
    key: "product",
    header: t.product,
    cell: (one) => (
      <Link className="text-link" to={`/products/${encodeURIComponent(one.productId)}`}>
        {one.productId}
      </Link>
    ),
  };
  return [
    {
      key: "when",
      header: t.when,
      fixed: true,
      cell: (one) => format.moment(one.createdAt),
    },
    ...(ofOne ? [] : [product]),
    {
      key: "variant",
      header: t.variant,
      cell: (one) => `${one.size} · ${one.color}`,
    },
    {
      key: "delta",
      header: t.change,
      align: "right",
      cell: (one) => (
        <Text
          span
          fw={650}
          c={one.delta < 0 ? "var(--mantine-color-error)" : "var(--accent-text)"}
          size="sm"
        >
          {one.delta > 0 ? "+" : ""}
          {format.number(one.delta)}
        </Text>
      ),
    },
    {
      key: "balance",
      header: t.balance,
      align: "right",
      cell: (one) => format.number(one.balanceAfter),
    },
    {
      key: "kind",
      header: t.kind,
      cell: (one) => (
        <>
          <Tag tone="neutral">{t.kinds[one.kind] ?? one.kind}</Tag>{" "}
          {one.reason !== one.kind ? one.reason : ""}
        </>
      ),
    },
    {
      key: "order",
      header: t.order,
      cell: (one) => one.orderId ?? one.reservationId ?? "–",
    },
    {
      key: "who",
      header: t.who,
      cell: (one) => one.actor.id || one.actor.kind,
    },
  ];
}

/** The ledger, newest first: of one product, of one order, or all of it. */
export function Ledger(props: {
  productId?: string | undefined;
  orderId?: string | undefined;
  page?: number;
  onPage?: (page: number) => void;
}) {
  const { text } = useText();
  const [own, setOwn] = useState(1);
  const page = props.page ?? own;
  const query = {
    page,
    perPage: props.page ? 50 : 10,
    ...(props.productId ? { productId: props.productId } : {}),
    ...(props.orderId ? { orderId: props.orderId } : {}),
  };
  const movements = useQuery({
    queryKey: ["movements", query],
    queryFn: () => api.get("/api/stock/movements", { params: { query } }),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns(!props.page);
  return (
    <DataTable
      label={text.stock.ledger}
      columns={columns}
      rowKey={(one) => one.id}
      query={movements}
      onPage={props.onPage ?? setOwn}
      empty={<Empty title={text.stock.ledgerEmpty} />}
    />
  );
}
