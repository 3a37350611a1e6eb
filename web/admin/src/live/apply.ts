import type { ServerEvents } from "@lockstep/client";
import type { QueryClient } from "@tanstack/react-query";
import type { Product } from "../api/types";

type StockUpdate = ServerEvents<"/">["STOCK_UPDATED"];

function changed(product: Product, { size, color, stock }: StockUpdate): Product {
  if (stock === undefined || stock === null) return product;
  const sizeVariants = product.sizeVariants.map((variant) =>
    variant.size !== size
      ? variant
      : {
          ...variant,
          colorVariants: variant.colorVariants.map((one) =>
            one.color !== color
              ? one
              : { ...one, stock, available: Math.max(0, stock - one.reserved) },
          ),
        },
  );
  const total = sizeVariants
    .flatMap((variant) => variant.colorVariants)
    .reduce((sum, one) => sum + one.stock, 0);
  return { ...product, sizeVariants, stock: total };
}

/** Puts a new number into whatever shows that product, without waiting for the next answer. */
export function applyStock(queries: QueryClient, update: StockUpdate): void {
  queries.setQueriesData<Product | { items: Product[] }>({ queryKey: ["products"] }, (shown) => {
    if (!shown) return shown;
    if ("items" in shown) {
      return {
        ...shown,
        items: shown.items.map((one) =>
          one._id === update.productId ? changed(one, update) : one,
        ),
      };
    }
    return shown._id === update.productId ? changed(shown, update) : shown;
  });
}
