import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { Product } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { type Column, DataTable } from "../../ui/DataTable";
import { Filters } from "../../ui/Filters";
import { Page } from "../../ui/Page";
import { SearchField } from "../../ui/SearchField";
import { Empty } from "../../ui/states";
import { useListParams } from "../../ui/useListParams";
import { ProductForm } from "./ProductForm";
import { ImportFailure, StockFiles, useImport } from "./StockFiles";
import { AvailabilityTag, LiveNumber } from "./StockNumber";
import { LOW, units } from "./units";

function useColumns(): Column<Product>[] {
  const { text } = useText();
  const format = useFormat();
  const t = text.stock;
  return [
    {
      key: "title",
      header: t.product,
      cell: (one) => (
        <Link className="text-link" to={`/products/${encodeURIComponent(one._id)}`}>
          {one.title}
        </Link>
      ),
    },
    {
      key: "price",
      header: t.price,
      align: "right",
      fixed: true,
      cell: (one) => format.money(one.price, one.currency),
    },
    {
      key: "variants",
      header: t.variants,
      align: "right",
      cell: (one) => format.number(one.sizeVariants.flatMap((size) => size.colorVariants).length),
    },
    {
      key: "stock",
      header: t.inStock,
      align: "right",
      cell: (one) => <LiveNumber value={one.stock} testId={`stock-${one._id}`} />,
    },
    {
      key: "reserved",
      header: t.reserved,
      align: "right",
      cell: (one) => <LiveNumber value={units(one).reserved} />,
    },
    {
      key: "available",
      header: t.available,
      align: "right",
      cell: (one) => <LiveNumber value={units(one).available} />,
    },
    {
      key: "state",
      header: "",
      cell: (one) => <AvailabilityTag available={units(one).available} low={LOW} />,
    },
    {
      key: "updated",
      header: t.updated,
      fixed: true,
      cell: (one) => format.moment(one.updatedAt),
    },
  ];
}

export function Component() {
  const { text } = useText();
  const t = text.stock;
  const { page, get, set, toPage } = useListParams();
  const [creating, creation] = useDisclosure();
  const q = get("q");
  const query = { page, perPage: 25, ...(q ? { q } : {}) };
  const products = useQuery({
    queryKey: ["products", "list", query],
    queryFn: () => api.get("/api/products", { params: { query } }),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns();
  const importing = useImport();
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <>
          <Button component={Link} to="/stock/movements" variant="default">
            {t.ledger}
          </Button>
          <StockFiles importing={importing} />
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={creation.open}>
            {t.create}
          </Button>
        </>
      }
    >
      <ImportFailure error={importing.error} />
      <Filters>
        <SearchField value={q} onSearch={(value) => set("q", value)} label={t.search} />
      </Filters>
      <DataTable
        label={t.title}
        columns={columns}
        rowKey={(one) => one._id}
        query={products}
        onPage={toPage}
        empty={<Empty title={t.empty}>{t.emptyHelp}</Empty>}
      />
      <ProductForm opened={creating} onClose={creation.close} />
    </Page>
  );
}
