import type { Product } from "../../api/types";

/** The units of a product over its variants. */
export function units(product: Product): {
  stock: number;
  reserved: number;
  available: number;
} {
  const all = product.sizeVariants.flatMap((variant) => variant.colorVariants);
  const sum = (of: "stock" | "reserved" | "available") =>
    all.reduce((total, one) => total + one[of], 0);
  return {
    stock: sum("stock"),
    reserved: sum("reserved"),
    available: sum("available"),
  };
}

/** From here on a variant is said to run low. */
export const LOW = 5;
