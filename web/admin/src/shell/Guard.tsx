import { Button, Center, Loader, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Navigate, useLocation } from "react-router";
import { useText } from "../i18n/text";
import { startSession } from "../session/session";
import { useSession } from "../session/useSession";

/** Lets in whoever is signed in; everybody else signs in first and then comes back to where they wanted to be. */
export function Guard({ children }: { children: ReactNode }) {
  const session = useSession();
  const { pathname, search } = useLocation();
  const { text } = useText();
  switch (session.kind) {
    case "signed-in":
      return children;
    case "anonymous": {
      const next = pathname === "/" ? "" : `?next=${encodeURIComponent(pathname + search)}`;
      return <Navigate to={`/login${next}`} replace />;
    }
    case "unreachable":
      return (
        <Center mih="100vh" p="md" component="main">
          <Stack align="center" gap="sm">
            <Title order={1} size="h3">
              {text.session.unreachableTitle}
            </Title>
            <Text c="dimmed">{text.common.unreachable}</Text>
            <Button onClick={() => void startSession()}>{text.common.retry}</Button>
          </Stack>
        </Center>
      );
    case "starting":
      return <Starting />;
  }
}

/** Before there is a page to show. */
export function Starting() {
  const { text } = useText();
  return (
    <Center mih="100vh" component="main" role="status" aria-label={text.session.starting}>
      <Loader aria-hidden />
    </Center>
  );
}
