import { Alert, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Filters } from "../../ui/Filters";
import { Panel } from "../../ui/Panel";
import { Answered, Empty } from "../../ui/states";
import { Tag } from "../../ui/Tag";
import { useListParams } from "../../ui/useListParams";
import { WholeTable } from "../../ui/WholeTable";
import { useActing } from "./acting";
import { Sales } from "./Sales";

function day(offset: number): string {
  const date = new Date();
  date.setDate(date.getDate() + offset);
  return date.toLocaleDateString("sv");
}

export function Component() {
  const { text } = useText();
  const { key } = useActing();
  const t = text.sales.reconciliation;
  const { get, set } = useListParams();
  const from = get("from") ?? day(-30);
  const to = get("to") ?? day(0);
  const compared = useQuery({
    queryKey: ["metakocka", "reconciliation", key, from, to],
    queryFn: () =>
      api.get("/api/integrations/metakocka/reconciliation", { params: { query: { from, to } } }),
  });
  return (
    <Sales title={t.title} lead={t.lead}>
      <Filters>
        <TextInput
          type="date"
          label={t.from}
          value={from}
          onChange={(event) => set("from", event.currentTarget.value)}
        />
        <TextInput
          type="date"
          label={t.to}
          value={to}
          onChange={(event) => set("to", event.currentTarget.value)}
        />
      </Filters>
      <Answered query={compared}>
        {({ days, differences }) => (
          <>
            {differences.length === 0 ? (
              <Alert color="petrol" role="status">
                {t.agree}
              </Alert>
            ) : (
              <Differences rows={differences} />
            )}
            <Days rows={days} />
          </>
        )}
      </Answered>
    </Sales>
  );
}

type Side = { count: number; total: number };

function Days({ rows }: { rows: { date: string; crm: Side; metakocka: Side }[] }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.sales.reconciliation;
  const side = ({ count, total }: Side) =>
    `${t.documents(count, format.number(count))} · ${format.amount(total)}`;
  return (
    <Panel title={t.days}>
      <WholeTable
        label={t.days}
        columns={[
          { key: "day", header: t.day, cell: (one) => format.day(`${one.date}T00:00`) },
          { key: "here", header: t.here, align: "right", cell: (one) => side(one.crm) },
          { key: "there", header: t.there, align: "right", cell: (one) => side(one.metakocka) },
          {
            key: "state",
            header: text.bookings.state,
            cell: ({ crm, metakocka }) =>
              crm.count === metakocka.count && crm.total === metakocka.total ? (
                <Tag tone="good">{t.equal}</Tag>
              ) : (
                <Tag tone="bad">{t.unequal}</Tag>
              ),
          },
        ]}
        rowKey={(one) => one.date}
        rows={[...rows].reverse()}
        empty={<Empty title={t.nothing} />}
      />
    </Panel>
  );
}

interface Differing {
  date: string;
  reason: string;
  documentType: string;
  number?: string | null;
  documentId?: string | null;
  metakockaId?: string | null;
  crmTotal?: number | null;
  metakockaTotal?: number | null;
}

function Differences({ rows }: { rows: Differing[] }) {
  const { text } = useText();
  const format = useFormat();
  const t = text.sales.reconciliation;
  const total = (value: number | null | undefined) => (value == null ? "–" : format.amount(value));
  return (
    <Panel title={t.differences}>
      <WholeTable
        label={t.differences}
        columns={[
          { key: "date", header: t.day, cell: (one) => format.day(`${one.date}T00:00`) },
          {
            key: "number",
            header: text.sales.number,
            cell: (one) =>
              one.documentId ? (
                <Link className="text-link" to={`/documents/${encodeURIComponent(one.documentId)}`}>
                  {one.number ?? one.documentId}
                </Link>
              ) : (
                (one.number ?? one.metakockaId)
              ),
          },
          {
            key: "type",
            header: text.sales.type,
            cell: (one) => text.sales.types[one.documentType] ?? one.documentType,
          },
          {
            key: "reason",
            header: t.reason,
            cell: (one) => <Tag tone="bad">{t.reasons[one.reason] ?? one.reason}</Tag>,
          },
          { key: "here", header: t.here, align: "right", cell: (one) => total(one.crmTotal) },
          {
            key: "there",
            header: t.there,
            align: "right",
            cell: (one) => total(one.metakockaTotal),
          },
        ]}
        rowKey={(one) => `${one.documentId} ${one.metakockaId} ${one.reason}`}
        rows={rows}
        empty={null}
      />
    </Panel>
  );
}
