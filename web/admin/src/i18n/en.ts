import { bookings } from "./en/bookings";
import { common } from "./en/common";
import { dashboard } from "./en/dashboard";
import { demo } from "./en/demo";
import { directory } from "./en/directory";
import { fields } from "./en/fields";
import { people } from "./en/people";
import { sales } from "./en/sales";
import { session } from "./en/session";
import { stock } from "./en/stock";

export const en = {
  common,
  session,
  dashboard,
  bookings,
  stock,
  people,
  directory,
  fields,
  sales,
  demo,
};

/** Widens the English sentences: another language says the same things, of the same things. */
type Words<T> = {
  [Key in keyof T]: T[Key] extends string
    ? string
    : T[Key] extends (...given: infer Given) => string
      ? (...given: Given) => string
      : Words<T[Key]>;
};

export type Messages = Words<typeof en>;
