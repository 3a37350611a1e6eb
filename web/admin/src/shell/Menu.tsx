import { Box, NavLink, ScrollArea, Text } from "@mantine/core";
import { IconBook2, IconFlask } from "@tabler/icons-react";
import { Link, useLocation } from "react-router";
import { useText } from "../i18n/text";
import { IN_DEMO } from "../pages/demo/mishaps";
import { groups, type PageLink, pageOf } from "./pages";

/** The pages, in groups. */
export function Menu() {
  const { text } = useText();
  const { pathname } = useLocation();
  const current = pageOf(pathname);
  return (
    <>
      <ScrollArea flex={1} type="hover" scrollbarSize={6} viewportProps={{ tabIndex: -1 }}>
        {groups.map((group, index) => (
          <Box key={group.label(text)} mb={10}>
            <Text size="xs" fw={700} c="dimmed" px="xs" mb={2} tt="uppercase">
              {group.label(text)}
            </Text>
            {group.pages.map((page) => (
              <Entry key={page.to} page={page} isCurrent={page === current} />
            ))}
            {IN_DEMO && index === 0 ? (
              <Entry page={DEMO_PAGE} isCurrent={pathname === DEMO_PAGE.to} />
            ) : null}
          </Box>
        ))}
      </ScrollArea>
      <NavLink
        href="/docs"
        target="_blank"
        rel="noreferrer"
        label={text.common.nav.api}
        leftSection={<IconBook2 size={18} aria-hidden />}
        className="menu-link"
      />
    </>
  );
}

const DEMO_PAGE: PageLink = { to: "/demo", label: ({ demo }) => demo.nav, icon: IconFlask };

function Entry({ page, isCurrent }: { page: PageLink; isCurrent: boolean }) {
  const { text } = useText();
  return (
    <NavLink
      component={Link}
      to={page.to}
      label={page.label(text)}
      leftSection={<page.icon size={18} aria-hidden />}
      active={isCurrent}
      aria-current={isCurrent ? "page" : undefined}
      className="menu-link"
    />
  );
}
