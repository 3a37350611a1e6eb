import type { Messages } from "./en";
import { bookings } from "./id/bookings";
import { common } from "./id/common";
import { dashboard } from "./id/dashboard";
import { demo } from "./id/demo";
import { directory } from "./id/directory";
import { fields } from "./id/fields";
import { people } from "./id/people";
import { sales } from "./id/sales";
import { session } from "./id/session";
import { stock } from "./id/stock";

export const id: Messages = {
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
