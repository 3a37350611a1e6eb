import { Alert, Button, Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { NotFound } from "../../shell/Broken";
import { Figure } from "../../ui/Figure";
import { Page } from "../../ui/Page";
import { Answered } from "../../ui/states";
import { useAct } from "../../ui/useAct";
import { loseAnswer } from "./lostAnswer";
import { IN_DEMO, mishaps, useDemo } from "./mishaps";

interface Mishap {
  title: string;
  text: string;
  /** Does it, and says how it went; `tell` is for what can be said before. */
  cause: (tell: (said: string) => void) => Promise<string>;
  to: string;
}

function useMishaps(dev: number | undefined): Mishap[] {
  const { text } = useText();
  const format = useFormat();
  const t = text.demo;
  return [
    {
      title: t.lost.title,
      text: t.lost.text,
      cause: async (tell) => {
        const found = await loseAnswer((number) => tell(t.lost.unknown(number)));
        const calls = format.number(found.calls);
        return t.lost.done(found.documentNumber, found.metakockaNumber, calls);
      },
      to: "/metakocka/history",
    },
    {
      ...t.empty,
      cause: () => mishaps.emptyServer().then(() => t.empty.done),
      to: dev === undefined ? "/users" : `/users/sync/${dev}`,
    },
    {
      title: t.tamper.title,
      text: t.tamper.text,
      cause: () => mishaps.tamper().then((all) => t.tamper.done(format.number(all.length))),
      to: "/bookings/drift",
    },
    {
      title: t.storm.title,
      text: t.storm.text,
      cause: async () => {
        const { sold, orders, refused, stockAfter } = await mishaps.storm();
        const [a, b, c, d] = [sold, orders, refused, stockAfter].map((one) => format.number(one));
        return t.storm.done(a ?? "", b ?? "", c ?? "", d ?? "");
      },
      to: "/stock/movements",
    },
  ];
}

export function Component() {
  const { text } = useText();
  const format = useFormat();
  const t = text.demo;
  const demo = useDemo(3000);
  const dev = demo.data?.userServers.find(({ name }) => name === "Dev");
  const all = useMishaps(dev?.locationId);
  const heal = useAct(mishaps.heal, { told: () => t.healed, stale: ["demo"] });
  if (!IN_DEMO || (demo.error && !demo.data)) return <NotFound />;
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <Button variant="default" loading={heal.isPending} onClick={() => heal.mutate()}>
          {t.heal}
        </Button>
      }
    >
      <Answered query={demo}>
        {(picture) => (
          <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }}>
            {picture?.userServers.map((one) => (
              <Figure
                key={one.locationId}
                label={t.usersOn(one.name)}
                value={format.number(one.users)}
                tone={one.users === 0 ? "bad" : undefined}
              />
            ))}
            <Figure label={t.erpDocuments} value={format.number(picture?.erp.documents ?? 0)} />
            <Figure label={t.erpCalls} value={format.number(picture?.erp.creatingCalls ?? 0)} />
          </SimpleGrid>
        )}
      </Answered>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {all.map((mishap) => (
          <Card key={mishap.title} mishap={mishap} />
        ))}
      </SimpleGrid>
    </Page>
  );
}

function Card({ mishap }: { mishap: Mishap }) {
  const { text } = useText();
  const [said, setSaid] = useState<string>();
  const cause = useAct(() => mishap.cause(setSaid), {
    done: setSaid,
    stale: ["demo", "bookings", "products", "movements", "sales-documents", "metakocka"],
  });
  return (
    <Paper component="section" className="panel" p="md" aria-label={mishap.title}>
      <Stack h="100%" justify="space-between">
        <div>
          <Title order={2} size="h5" mb={4}>
            {mishap.title}
          </Title>
          <Text size="sm">{mishap.text}</Text>
        </div>
        {said ? (
          <Alert color="yellow" role="status">
            {said}
          </Alert>
        ) : null}
        <Group>
          <Button
            color="red.8"
            loading={cause.isPending}
            aria-label={`${text.demo.go}: ${mishap.title}`}
            onClick={() => cause.mutate()}
          >
            {text.demo.go}
          </Button>
          <Link className="text-link small" to={mishap.to}>
            {text.demo.look}
          </Link>
        </Group>
      </Stack>
    </Paper>
  );
}
