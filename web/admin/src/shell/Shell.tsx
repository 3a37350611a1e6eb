import { AppShell, Burger, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Suspense, useEffect } from "react";
import { Outlet, useLocation, useNavigation } from "react-router";
import { useText } from "../i18n/text";
import { LiveProvider } from "../live/LiveProvider";
import { Loading } from "../ui/states";
import { HeaderTools } from "./HeaderTools";
import { Logo } from "./Logo";
import { Menu } from "./Menu";

/** The frame of every page behind the sign-in. */
export function Shell() {
  const { text } = useText();
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const navigation = useNavigation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: on a phone the menu closes with every step
  useEffect(() => close(), [pathname, close]);
  return (
    <LiveProvider>
      <a className="skip" href="#content">
        {text.common.skip}
      </a>
      <AppShell
        header={{ height: 56 }}
        navbar={{
          width: 244,
          breakpoint: "md",
          collapsed: { mobile: !opened },
        }}
        padding={{ base: "md", lg: "xl" }}
      >
        <AppShell.Header px="md">
          <Group h="100%" justify="space-between" wrap="nowrap">
            <Group gap="sm" wrap="nowrap">
              <Burger
                opened={opened}
                onClick={toggle}
                hiddenFrom="md"
                size="sm"
                aria-label={text.common.menu}
                aria-expanded={opened}
              />
              <Logo />
              <Text fw={700} size="lg" visibleFrom="xs">
                Lockstep
              </Text>
            </Group>
            <HeaderTools />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar
          p="sm"
          aria-label={text.common.nav.label}
          className="navbar"
          data-closed={!opened || undefined}
        >
          <Menu />
        </AppShell.Navbar>
        <AppShell.Main id="content" aria-busy={navigation.state !== "idle"}>
          <div className="content">
            <Suspense fallback={<Loading />}>
              <Outlet />
            </Suspense>
          </div>
        </AppShell.Main>
      </AppShell>
    </LiveProvider>
  );
}
