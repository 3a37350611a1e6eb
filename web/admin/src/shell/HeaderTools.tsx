import {
  ActionIcon,
  Group,
  Menu,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { IconLanguage, IconLogout, IconMoon, IconSun, IconUserCircle } from "@tabler/icons-react";
import { type Language, useText } from "../i18n/text";
import { useLive } from "../live/LiveProvider";
import { signOut } from "../session/session";
import { useUser } from "../session/useSession";
import { Notices } from "./Notices";

const LANGUAGES: [Language, string][] = [
  ["en", "English"],
  ["id", "Bahasa Indonesia"],
];

export function LanguageMenu() {
  const { text, language, speak } = useText();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={text.common.language}
          className="tool"
        >
          <IconLanguage size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {LANGUAGES.map(([code, name]) => (
          <Menu.Item
            key={code}
            lang={code}
            fw={code === language ? 700 : 400}
            onClick={() => speak(code)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function SchemeToggle() {
  const { text } = useText();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      className="tool"
      aria-label={dark ? text.common.lightMode : text.common.darkMode}
      onClick={() => setColorScheme(dark ? "light" : "dark")}
    >
      {dark ? <IconSun size={20} aria-hidden /> : <IconMoon size={20} aria-hidden />}
    </ActionIcon>
  );
}

function LiveSign() {
  const { text } = useText();
  const { connected, begun } = useLive();
  const away = begun ? text.common.offline : text.common.connecting;
  return (
    <Tooltip
      label={connected || !begun ? text.common.liveHelp : text.common.offlineHelp}
      multiline
      maw={280}
    >
      <Group gap={6} wrap="nowrap" role="status" data-testid="live" data-live={connected}>
        <span
          className="live-dot"
          data-on={connected || undefined}
          data-off={(begun && !connected) || undefined}
        />
        <Text size="sm" c="dimmed" visibleFrom="sm">
          {connected ? text.common.live : away}
        </Text>
      </Group>
    </Tooltip>
  );
}

/** What stands in the right corner: whether the page is live, notifications, language, light, who is signed in. */
export function HeaderTools() {
  const { text } = useText();
  const user = useUser();
  return (
    <Group gap={4} wrap="nowrap">
      <LiveSign />
      <Notices />
      <LanguageMenu />
      <SchemeToggle />
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={user.name}
            className="tool"
          >
            <IconUserCircle size={22} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <Text size="sm" fw={600} c="var(--mantine-color-text)">
              {user.name}
            </Text>
            <Text size="xs">{user.email}</Text>
          </Menu.Label>
          <Menu.Item
            leftSection={<IconLogout size={16} aria-hidden />}
            onClick={() => void signOut()}
          >
            {text.session.signOut}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}
