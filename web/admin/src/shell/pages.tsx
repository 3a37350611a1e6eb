import {
  IconAlertTriangle,
  IconArrowsLeftRight,
  IconBox,
  IconBuilding,
  IconCalendarEvent,
  IconClockHour4,
  IconDownload,
  IconFileInvoice,
  IconGauge,
  IconHistory,
  IconIdBadge2,
  IconKey,
  IconPlugConnected,
  IconRotateClockwise,
  IconScale,
  IconServer2,
  IconTruck,
  IconUsers,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import type { Messages } from "../i18n/en";

export interface PageLink {
  to: string;
  label: (text: Messages) => string;
  icon: ComponentType<{ size?: number; "aria-hidden"?: boolean }>;
  /** Whether only this very address is the page. */
  exact?: boolean;
}

export interface PageGroup {
  label: (text: Messages) => string;
  pages: PageLink[];
}

/** The menu. */
export const groups: PageGroup[] = [
  {
    label: ({ common }) => common.nav.overview,
    pages: [
      {
        to: "/",
        label: ({ common }) => common.nav.dashboard,
        icon: IconGauge,
        exact: true,
      },
    ],
  },
  {
    label: ({ common }) => common.nav.operations,
    pages: [
      {
        to: "/bookings",
        label: ({ common }) => common.nav.bookings,
        icon: IconCalendarEvent,
      },
      {
        to: "/bookings/drift",
        label: ({ common }) => common.nav.drift,
        icon: IconArrowsLeftRight,
        exact: true,
      },
      {
        to: "/partners",
        label: ({ common }) => common.nav.partners,
        icon: IconTruck,
      },
      {
        to: "/products",
        label: ({ common }) => common.nav.products,
        icon: IconBox,
      },
      {
        to: "/stock/movements",
        label: ({ common }) => common.nav.movements,
        icon: IconHistory,
      },
    ],
  },
  {
    label: ({ common }) => common.nav.directory,
    pages: [
      { to: "/users", label: ({ common }) => common.nav.users, icon: IconUsers },
      { to: "/users/runs", label: ({ common }) => common.nav.runs, icon: IconRotateClockwise },
      { to: "/locations", label: ({ common }) => common.nav.locations, icon: IconServer2 },
    ],
  },
  {
    label: ({ common }) => common.nav.erp,
    pages: [
      { to: "/documents", label: ({ common }) => common.nav.documents, icon: IconFileInvoice },
      {
        to: "/metakocka/pull",
        label: ({ common }) => common.nav.fromMetakocka,
        icon: IconDownload,
      },
      {
        to: "/metakocka/errors",
        label: ({ common }) => common.nav.metakockaErrors,
        icon: IconAlertTriangle,
      },
      {
        to: "/metakocka/history",
        label: ({ common }) => common.nav.metakockaHistory,
        icon: IconClockHour4,
      },
      {
        to: "/metakocka/reconciliation",
        label: ({ common }) => common.nav.reconciliation,
        icon: IconScale,
      },
      {
        to: "/metakocka/settings",
        label: ({ common }) => common.nav.metakockaSettings,
        icon: IconPlugConnected,
      },
    ],
  },
  {
    label: ({ common }) => common.nav.administration,
    pages: [
      {
        to: "/accounts",
        label: ({ common }) => common.nav.accounts,
        icon: IconIdBadge2,
      },
      {
        to: "/organizations",
        label: ({ common }) => common.nav.organizations,
        icon: IconBuilding,
      },
      {
        to: "/tokens",
        label: ({ common }) => common.nav.tokens,
        icon: IconKey,
      },
    ],
  },
];

/** The page of the menu that `path` belongs to: the one with the longest address. */
export function pageOf(path: string): PageLink | undefined {
  const fits = ({ to, exact }: PageLink) => path === to || (!exact && path.startsWith(`${to}/`));
  return groups
    .flatMap((group) => group.pages)
    .filter(fits)
    .sort((one, other) => other.to.length - one.to.length)[0];
}
