import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { Booking } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { type Bar, BarChart } from "../../ui/BarChart";
import { Panel } from "../../ui/Panel";
import { Answered } from "../../ui/states";

const BEFORE = 14;
const AFTER = 7;
/** More pages than this of 200 bookings each are not read for a chart. */
const PAGES = 5;

function midnight(days: number): Date {
  const date = new Date();
  date.setHours(0, 0, 0, 0);
  date.setDate(date.getDate() + days);
  return date;
}

async function scheduled(): Promise<{ items: Booking[]; total: number }> {
  const query = {
    from: midnight(-BEFORE).toISOString(),
    to: midnight(AFTER + 1).toISOString(),
    perPage: 200,
  };
  const items: Booking[] = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const answer = await api.get("/bookings", { params: { query: { ...query, page } } });
    items.push(...answer.items);
    if (items.length >= answer.total || answer.items.length === 0) {
      return { items, total: answer.total };
    }
  }
  return { items, total: Number.POSITIVE_INFINITY };
}

function kind({ status }: Booking): "done" | "cancelled" | "open" {
  if (status === "COMPLETED") return "done";
  return status === "CANCELLED" ? "cancelled" : "open";
}

/** Bookings by the day they are for. */
export function BookingsChart() {
  const { text } = useText();
  const format = useFormat();
  const t = text.dashboard;
  const bookings = useQuery({
    queryKey: ["bookings", "chart"],
    queryFn: scheduled,
  });
  const bars = (items: Booking[]): Bar[] =>
    Array.from({ length: BEFORE + AFTER + 1 }, (_, index) => {
      const offset = index - BEFORE;
      const [start, end] = [midnight(offset), midnight(offset + 1)];
      const values = { done: 0, open: 0, cancelled: 0 };
      for (const one of items) {
        const at = new Date(one.scheduledAt);
        if (at >= start && at < end) values[kind(one)] += 1;
      }
      return {
        key: String(offset),
        label: format.shortDay(start),
        tick: offset === 0 ? t.today : offset % 7 === 0 ? format.shortDay(start) : undefined,
        values,
        marked: offset === 0,
      };
    });
  return (
    <Panel title={t.bookingsOverTime}>
      <Answered query={bookings}>
        {({ items, total }) => (
          <>
            <BarChart
              label={t.bookingsChart}
              format={format.number}
              series={[
                { key: "done", label: t.done, color: "#2f9e5b" },
                { key: "open", label: t.open, color: "#1c8fa5" },
                { key: "cancelled", label: t.cancelled, color: "#98a2ab" },
              ]}
              bars={bars(items)}
            />
            {total > items.length ? (
              <Text size="xs" c="dimmed">
                {t.newest(format.number(items.length))}
              </Text>
            ) : null}
          </>
        )}
      </Answered>
    </Panel>
  );
}
