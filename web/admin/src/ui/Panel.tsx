import { Box, Group, Paper, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** A part of a page with a name. */
export function Panel(props: {
  title?: string;
  actions?: ReactNode;
  children: ReactNode;
  flush?: boolean;
}) {
  return (
    <Paper
      component="section"
      className="panel"
      p={props.flush ? 0 : "md"}
      aria-label={props.title}
    >
      {props.title ? (
        <Group justify="space-between" mb={props.flush ? 0 : "sm"} p={props.flush ? "md" : 0}>
          <Title order={2} size="h5">
            {props.title}
          </Title>
          {props.actions}
        </Group>
      ) : null}
      <Box>{props.children}</Box>
    </Paper>
  );
}
