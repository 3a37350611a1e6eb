import { Box, Group, Stack, Text, Title } from "@mantine/core";
import { IconChevronLeft } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import { Link, useLocation } from "react-router";

let shownPath: string | undefined;

/** A page: its name for the tab and for screen readers, what can be done, and its content. */
export function Page(props: {
  title: string;
  lead?: ReactNode;
  /** The list that it is one of. */
  back?: { to: string; label: string } | undefined;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    document.title = `${props.title} · Lockstep`;
  }, [props.title]);
  useEffect(() => {
    // After a step inside the panel the keyboard and the screen reader begin at the new page.
    if (shownPath !== undefined && shownPath !== pathname) heading.current?.focus();
    shownPath = pathname;
  }, [pathname]);
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="md">
        <Box flex="1 1 18rem" miw={0}>
          {props.back ? (
            <Link to={props.back.to} className="text-link back-link">
              <IconChevronLeft size={16} aria-hidden />
              {props.back.label}
            </Link>
          ) : null}
          <Title order={1} size="h2" ref={heading} tabIndex={-1} className="page-title">
            {props.title}
          </Title>
          {props.lead ? (
            <Text component="div" c="dimmed" mt={4} maw="46rem">
              {props.lead}
            </Text>
          ) : null}
        </Box>
        {props.actions ? <Group gap="xs">{props.actions}</Group> : null}
      </Group>
      {props.children}
    </Stack>
  );
}
