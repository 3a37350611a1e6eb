import { Button, Center, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { useText } from "../i18n/text";
import { Page } from "../ui/Page";
import { Empty } from "../ui/states";

/** Instead of a page that threw, or whose script did not load. */
export function Broken() {
  const { text } = useText();
  return (
    <Center mih="100vh" p="md" component="main">
      <Stack align="center" gap="sm">
        <Title order={1} size="h3">
          {text.common.brokenTitle}
        </Title>
        <Text c="dimmed">{text.common.broken}</Text>
        <Button onClick={() => window.location.reload()}>{text.common.reload}</Button>
      </Stack>
    </Center>
  );
}

export function NotFound() {
  const { text } = useText();
  return (
    <Page title={text.common.notFoundTitle}>
      <Empty
        title={text.common.notFound}
        action={
          <Button component={Link} to="/" variant="light" mt="sm">
            {text.common.toDashboard}
          </Button>
        }
      />
    </Page>
  );
}
