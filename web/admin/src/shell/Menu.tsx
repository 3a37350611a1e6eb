import { Box, NavLink, ScrollArea, Text } from "@mantine/core";
import { IconBook2, IconFlask } from "@tabler/icons-react";
import { Link, useLocation } from "react-router";
import { useText } from "../i18n/text";
import { IN_DEMO } from "../pages/demo/mishaps";
import { groups, pageOf } from "./pages";

/** The pages, in groups. */
export function Menu() {
  const { text } = useText();
  const { pathname } = useLocation();
  const current = pageOf(pathname);
  return (
    <ScrollArea flex={1} type="hover" scrollbarSize={6} viewportProps={{ tabIndex: -1 }}>
      {groups.map((group) => (
        <Box key={group.label(text)} mb="sm">
          <Text size="xs" fw={700} c="dimmed" px="xs" mb={2} tt="uppercase">
            {group.label(text)}
          </Text>
          {group.pages.map((page) => (
            <NavLink
              key={page.to}
              component={Link}
              to={page.to}
              label={page.label(text)}
              leftSection={<page.icon size={18} aria-hidden />}
              active={page === current}
              aria-current={page === current ? "page" : undefined}
              className="menu-link"
            />
          ))}
        </Box>
      ))}
      {IN_DEMO ? (
        <NavLink
          component={Link}
          to="/demo"
          label={text.demo.nav}
          leftSection={<IconFlask size={18} aria-hidden />}
          active={pathname === "/demo"}
          aria-current={pathname === "/demo" ? "page" : undefined}
          className="menu-link"
        />
      ) : null}
      <NavLink
        href="/docs"
        target="_blank"
        rel="noreferrer"
        label={text.common.nav.api}
        leftSection={<IconBook2 size={18} aria-hidden />}
        className="menu-link"
      />
    </ScrollArea>
  );
}
