import { Paper, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import classes from "./Figure.module.css";

/** A number and what it counts; leads to the page behind it. */
export function Figure(props: {
  label: string;
  value: ReactNode;
  note?: ReactNode;
  to?: string;
  tone?: "good" | "warn" | "bad" | undefined;
  testId?: string;
}) {
  const inside = (
    <>
      <Text size="sm" c="dimmed" component="span" display="block">
        {props.label}
      </Text>
      <span className={classes.value} data-testid={props.testId}>
        {props.value}
      </span>
      {props.note ? (
        <Text size="xs" c="dimmed" component="span" display="block">
          {props.note}
        </Text>
      ) : null}
    </>
  );
  if (props.to) {
    return (
      <Paper component={Link} to={props.to} className={classes.card} data-tone={props.tone}>
        {inside}
      </Paper>
    );
  }
  return (
    <Paper className={classes.card} data-tone={props.tone}>
      {inside}
    </Paper>
  );
}
