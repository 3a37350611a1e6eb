import { Grid, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../api/client";
import type { Stats } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Figure } from "../../ui/Figure";
import { Page } from "../../ui/Page";
import { Panel } from "../../ui/Panel";
import { Answered, Empty } from "../../ui/states";
import { STATUSES, StatusTag } from "../bookings/state";
import { BookingsChart } from "./BookingsChart";
import { PartnerMap } from "./PartnerMap";
import { StockChart } from "./StockChart";

export function Component() {
  const { text } = useText();
  const format = useFormat();
  const t = text.dashboard;
  const stats = useQuery({
    queryKey: ["stats"],
    queryFn: () => api.get("/api/stats"),
  });
  return (
    <Page
      title={t.title}
      lead={
        <>
          {t.lead}{" "}
          {stats.data ? (
            <Text span size="sm">
              ({t.updated(format.time(stats.data.updatedAt))})
            </Text>
          ) : null}
        </>
      }
    >
      <Answered query={stats}>{(shown) => <Figures stats={shown} />}</Answered>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="lg" h="100%" className="columns">
            <BookingsChart />
            <StockChart />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack gap="lg" h="100%" className="columns">
            {stats.data ? <ByStatus stats={stats.data} /> : null}
            <PartnerMap />
          </Stack>
        </Grid.Col>
      </Grid>
      <Recent />
    </Page>
  );
}

function Figures({ stats }: { stats: Stats }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.dashboard;
  const revenue = stats.revenue.map((one) => format.money(one.amount, one.currency));
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, xl: 6 }} spacing="md">
      <Figure
        label={t.bookings}
        value={format.number(stats.bookings.total)}
        to="/bookings"
        testId="bookings-total"
      />
      <Figure label={t.revenue} value={revenue[0] ?? "–"} note={revenue.slice(1).join(" · ")} />
      <Figure
        label={t.customers}
        value={format.number(stats.customers)}
        note={t.online(format.number(stats.onlineCustomers))}
        to="/accounts?role=customer"
      />
      <Figure
        label={t.activePartners}
        value={format.number(stats.activePartners)}
        note={t.ofPartners(format.number(stats.partners), format.number(stats.onlinePartners))}
        to="/partners"
      />
      <Figure
        label={t.pendingKyc}
        value={format.number(stats.pendingKyc)}
        note={t.kycNote}
        to="/partners?status=pending"
        tone={stats.pendingKyc > 0 ? "warn" : undefined}
      />
      <Figure
        label={t.products}
        value={format.number(stats.stock.products)}
        note={t.outOfStock(format.number(stats.stock.outOfStock))}
        to="/products"
        tone={stats.stock.outOfStock > 0 ? "bad" : undefined}
      />
    </SimpleGrid>
  );
}

function ByStatus({ stats }: { stats: Stats }) {
  const { text } = useText();
  const format = useFormat();
  const counts = stats.bookings.byStatus as Record<string, number>;
  const most = Math.max(1, ...Object.values(counts));
  return (
    <Panel title={text.dashboard.byStatus}>
      <Stack gap={8} component="ul" className="plain-list">
        {STATUSES.map((status) => (
          <li key={status} className="status-row">
            <StatusTag status={status} />
            <span className="status-bar" aria-hidden>
              <span style={{ width: `${((counts[status] ?? 0) / most) * 100}%` }} />
            </span>
            <Text span fw={650} size="sm" data-testid={`count-${status}`}>
              {format.number(counts[status] ?? 0)}
            </Text>
          </li>
        ))}
      </Stack>
    </Panel>
  );
}

function Recent() {
  const { text } = useText();
  const format = useFormat();
  const recent = useQuery({
    queryKey: ["bookings", "recent"],
    queryFn: () => api.get("/bookings", { params: { query: { perPage: 200 } } }),
  });
  const newest = [...(recent.data?.items ?? [])]
    .sort((one, other) => other.updatedAt.localeCompare(one.updatedAt))
    .slice(0, 6);
  return (
    <Panel title={text.dashboard.recent}>
      <Answered query={recent}>
        {() =>
          newest.length === 0 ? (
            <Empty title={text.dashboard.noBookings} />
          ) : (
            <Stack gap={0} component="ul" className="plain-list">
              {newest.map((one) => (
                <li key={one.id} className="recent-row">
                  <Link className="text-link" to={`/bookings/${encodeURIComponent(one.id)}`}>
                    {one.bookingNumber}
                  </Link>
                  <Text span size="sm" className="recent-what">
                    {one.service}
                  </Text>
                  <StatusTag status={one.status} />
                  <Text span size="xs" c="dimmed" className="recent-when">
                    {format.when(one.updatedAt)}
                  </Text>
                </li>
              ))}
            </Stack>
          )
        }
      </Answered>
    </Panel>
  );
}
