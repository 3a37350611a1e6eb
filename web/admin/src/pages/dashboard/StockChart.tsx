import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { Movement } from "../../api/types";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { type Bar, BarChart } from "../../ui/BarChart";
import { Panel } from "../../ui/Panel";
import { Answered } from "../../ui/states";

const HOURS = 24;
const PAGES = 5;

/** What moved within the last day, newest first, as far as a chart needs it. */
async function moved(): Promise<{ items: Movement[]; whole: boolean }> {
  const since = Date.now() - HOURS * 3_600_000;
  const items: Movement[] = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const query = { page, perPage: 200 };
    const answer = await api.get("/api/stock/movements", { params: { query } });
    const recent = answer.items.filter(({ createdAt }) => Date.parse(createdAt) >= since);
    items.push(...recent);
    if (recent.length < answer.items.length || page * 200 >= answer.total)
      return { items, whole: true };
  }
  return { items, whole: false };
}

/** Units that came and went, by hour. What stood there at the beginning has not moved. */
export function StockChart() {
  const { text } = useText();
  const format = useFormat();
  const t = text.dashboard;
  const movements = useQuery({
    queryKey: ["movements", "chart"],
    queryFn: moved,
  });
  const bars = (items: Movement[]): Bar[] => {
    const hour = new Date();
    hour.setMinutes(0, 0, 0);
    return Array.from({ length: HOURS }, (_, index) => {
      const start = hour.getTime() - (HOURS - 1 - index) * 3_600_000;
      const values = { in: 0, out: 0 };
      for (const one of items) {
        const at = Date.parse(one.createdAt);
        if (one.kind === "opening" || at < start || at >= start + 3_600_000) continue;
        if (one.delta > 0) values.in += one.delta;
        else values.out -= one.delta;
      }
      const label = `${String(new Date(start).getHours()).padStart(2, "0")}:00`;
      return {
        key: String(start),
        label,
        tick: index % 6 === 5 ? label : undefined,
        values,
      };
    });
  };
  return (
    <Panel title={t.stockOverTime}>
      <Answered query={movements}>
        {({ items, whole }) => (
          <>
            <BarChart
              label={t.stockChart}
              format={format.number}
              series={[
                { key: "out", label: t.unitsOut, color: "#d9730d" },
                { key: "in", label: t.unitsIn, color: "#1c8fa5" },
              ]}
              bars={bars(items)}
            />
            {whole ? null : (
              <Text size="xs" c="dimmed">
                {t.newest(format.number(items.length))}
              </Text>
            )}
          </>
        )}
      </Answered>
    </Panel>
  );
}
