import { Button, SimpleGrid, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { api } from "../../api/client";
import type { Product } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Confirm } from "../../ui/Confirm";
import { Figure } from "../../ui/Figure";
import { Page } from "../../ui/Page";
import { Panel } from "../../ui/Panel";
import { Answered, Empty } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { WholeTable } from "../../ui/WholeTable";
import { type Adjusted, AdjustModal } from "./AdjustModal";
import { Ledger } from "./Ledger";
import { ProductForm } from "./ProductForm";
import { AvailabilityTag, LiveNumber } from "./StockNumber";
import { LOW, units } from "./units";

export function Component() {
  const { id = "" } = useParams();
  const { text } = useText();
  const product = useQuery({
    queryKey: ["products", "one", id],
    queryFn: () =>
      api.get("/api/products/{id}", {
        params: { path: { id }, query: { afterOrder: true } },
      }),
  });
  if (product.data) return <Shown product={product.data} />;
  return (
    <Page title={text.stock.product} back={{ to: "/products", label: text.stock.title }}>
      <Answered query={product}>{() => null}</Answered>
    </Page>
  );
}

function Shown({ product }: { product: Product }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.stock;
  const [editing, edit] = useDisclosure();
  const { stock, reserved, available } = units(product);
  return (
    <Page
      title={product.title}
      back={{ to: "/products", label: t.title }}
      lead={
        <>
          {product.description}
          <Text size="sm" c="dimmed" className="mono">
            {product._id}
          </Text>
        </>
      }
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconPencil size={16} aria-hidden />}
            onClick={edit.open}
          >
            {text.common.edit}
          </Button>
          <Deletion product={product} />
        </>
      }
    >
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        <Figure label={t.inStock} value={<LiveNumber value={stock} testId="stock-total" />} />
        <Figure label={t.reserved} value={<LiveNumber value={reserved} />} />
        <Figure
          label={t.available}
          value={<LiveNumber value={available} />}
          tone={available === 0 ? "bad" : "good"}
        />
        <Figure label={t.price} value={format.money(product.price, product.currency)} />
      </SimpleGrid>
      <Variants product={product} />
      <Panel title={t.ledger}>
        <Ledger productId={product._id} />
      </Panel>
      <ProductForm product={product} opened={editing} onClose={edit.close} />
    </Page>
  );
}

function Variants({ product }: { product: Product }) {
  const { text } = useText();
  const t = text.stock;
  const [adjusted, setAdjusted] = useState<Adjusted>();
  const items = product.sizeVariants.flatMap(({ size, colorVariants }) =>
    colorVariants.map((one) => ({ size, ...one })),
  );
  return (
    <Panel title={t.variants}>
      <WholeTable
        label={t.variants}
        rowKey={(one) => `${one.size} ${one.color}`}
        rows={items}
        empty={<Empty title={text.common.none} />}
        columns={[
          { key: "size", header: t.size, cell: (one) => one.size },
          { key: "color", header: t.color, cell: (one) => one.color },
          {
            key: "stock",
            header: t.inStock,
            align: "right",
            cell: (one) => (
              <LiveNumber value={one.stock} testId={`stock-${one.size}-${one.color}`} />
            ),
          },
          {
            key: "reserved",
            header: t.reserved,
            align: "right",
            cell: (one) => <LiveNumber value={one.reserved} />,
          },
          {
            key: "available",
            header: t.available,
            align: "right",
            cell: (one) => <LiveNumber value={one.available} />,
          },
          {
            key: "state",
            header: "",
            cell: (one) => <AvailabilityTag available={one.available} low={LOW} />,
          },
          {
            key: "adjust",
            header: "",
            align: "right",
            cell: (one) => (
              <Button
                size="compact-sm"
                variant="default"
                aria-label={t.adjustTitle(`${one.size} ${one.color}`)}
                onClick={() =>
                  setAdjusted({
                    productId: product._id,
                    size: one.size,
                    color: one.color,
                  })
                }
              >
                {t.adjust}
              </Button>
            ),
          },
        ]}
      />
      <AdjustModal adjusted={adjusted} onClose={() => setAdjusted(undefined)} />
    </Panel>
  );
}

function Deletion({ product }: { product: Product }) {
  const { text } = useText();
  const t = text.stock;
  const navigate = useNavigate();
  const [asking, confirmation] = useDisclosure();
  const remove = useAct(
    () =>
      api.delete("/api/products/{id}", {
        params: { path: { id: product._id } },
      }),
    {
      told: () => t.deletedToast(product.title),
      done: () => void navigate("/products", { replace: true }),
      stale: ["products", "movements"],
    },
  );
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconTrash size={16} aria-hidden />}
        onClick={confirmation.open}
      >
        {t.delete}
      </Button>
      <Confirm
        opened={asking}
        onClose={confirmation.close}
        title={t.deleteTitle}
        confirm={t.delete}
        danger
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
      >
        {t.deleteHelp}
      </Confirm>
    </>
  );
}
