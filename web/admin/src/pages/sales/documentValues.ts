import type { SalesDocument, Schemas } from "../../api/types";

/** A line as its fields hold it. What the form does not show goes through unchanged. */
export interface LineValues {
  key: string;
  name: string;
  unit: string;
  quantity: number | string;
  unitPrice: number | string;
  discountPercent: number | string;
  taxPercent: number | string;
  code: string | null;
  taxCode: string | null;
}

export interface DocumentValues {
  documentType: string;
  documentDate: string;
  dueDate: string;
  currency: string;
  notes: string;
  customer: {
    name: string;
    street: string;
    postCode: string;
    city: string;
    country: string;
    taxNumber: string;
    email: string;
  };
  lines: LineValues[];
}

let keys = 0;

export function blankLine(): LineValues {
  keys += 1;
  return {
    key: String(keys),
    name: "",
    unit: "",
    quantity: 1,
    unitPrice: "",
    discountPercent: "",
    taxPercent: 22,
    code: null,
    taxCode: null,
  };
}

export function initialValues(document: SalesDocument | undefined): DocumentValues {
  const { customer } = document ?? {};
  return {
    documentType: document?.documentType ?? "order",
    documentDate: document?.documentDate ?? new Date().toLocaleDateString("sv"),
    dueDate: document?.dueDate ?? "",
    currency: document?.currency ?? "EUR",
    notes: document?.notes ?? "",
    customer: {
      name: customer?.name ?? "",
      street: customer?.street ?? "",
      postCode: customer?.postCode ?? "",
      city: customer?.city ?? "",
      country: customer?.country ?? "SI",
      taxNumber: customer?.taxNumber ?? "",
      email: customer?.email ?? "",
    },
    lines: document?.lines.map((line) => ({
      ...blankLine(),
      name: line.name ?? line.code ?? "",
      unit: line.unit ?? "",
      quantity: line.quantity,
      unitPrice: line.unitPrice,
      discountPercent: line.discountPercent ?? "",
      taxPercent: line.taxPercent ?? "",
      code: line.code ?? null,
      taxCode: line.taxCode ?? null,
    })) ?? [blankLine()],
  };
}

function lineOf(line: LineValues): Schemas["LineForm"] {
  const isArticle = line.code !== null && line.code === line.name;
  return {
    ...(line.code ? { code: line.code } : {}),
    ...(isArticle ? {} : { name: line.name.trim() }),
    ...(line.unit ? { unit: line.unit } : {}),
    quantity: Number(line.quantity),
    unitPrice: Number(line.unitPrice),
    ...(line.discountPercent === "" ? {} : { discountPercent: Number(line.discountPercent) }),
    ...(line.taxPercent === "" ? {} : { taxPercent: Number(line.taxPercent) }),
    ...(line.taxCode && line.taxPercent === "" ? { taxCode: line.taxCode } : {}),
  };
}

export function bodyOf({ lines, dueDate, notes, customer, ...rest }: DocumentValues) {
  return {
    ...rest,
    dueDate: dueDate || null,
    notes: notes || null,
    customer: {
      ...customer,
      taxNumber: customer.taxNumber || null,
      email: customer.email || null,
    },
    lines: lines.map(lineOf),
  };
}
