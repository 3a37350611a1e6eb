import { Box, Group, Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import classes from "./BarChart.module.css";

export interface Series {
  key: string;
  label: string;
  color: string;
}

export interface Bar {
  key: string;
  label: string;
  /** What stands under it; not every bar has room for its label. */
  tick?: string | undefined;
  values: Record<string, number>;
  marked?: boolean;
}

const HEIGHT = 190;
const TOP = 8;
const BOTTOM = 22;
const LEFT = 34;

/** Round numbers for the lines behind the bars. */
function steps(most: number): number[] {
  const rough = Math.max(1, most) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? 1,
  );
  const count = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** Stacked bars. Whoever cannot see them reads the same numbers as a table. */
export function BarChart(props: {
  label: string;
  series: Series[];
  bars: Bar[];
  format: (value: number) => string;
}) {
  const { ref, width } = useElementSize();
  const sum = (bar: Bar) =>
    props.series.reduce((total, { key }) => total + (bar.values[key] ?? 0), 0);
  const lines = steps(Math.max(0, ...props.bars.map(sum)));
  const top = lines.at(-1) ?? 1;
  const room = Math.max(0, width - LEFT);
  const slot = room / Math.max(1, props.bars.length);
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  return (
    <Box>
      <Group gap="md" mb={6} aria-hidden>
        {props.series.map(({ key, label, color }) => (
          <Group key={key} gap={6}>
            <span className={classes.swatch} style={{ background: color }} />
            <Text size="xs" c="dimmed">
              {label}
            </Text>
          </Group>
        ))}
      </Group>
      <div ref={ref} className={classes.frame}>
        <svg width={width} height={HEIGHT} aria-hidden="true" focusable="false">
          {lines.map((line) => (
            <g key={line}>
              <line x1={LEFT} x2={width} y1={y(line)} y2={y(line)} className={classes.line} />
              <text x={LEFT - 6} y={y(line) + 4} textAnchor="end" className={classes.tick}>
                {props.format(line)}
              </text>
            </g>
          ))}
          {props.bars.map((bar, index) => (
            <Stacked
              key={bar.key}
              bar={bar}
              series={props.series}
              x={LEFT + index * slot}
              slot={slot}
              end={width}
              y={y}
              title={`${bar.label}: ${props.series.map(({ key, label }) => `${label} ${props.format(bar.values[key] ?? 0)}`).join(", ")}`}
            />
          ))}
        </svg>
      </div>
      <Numbers {...props} />
    </Box>
  );
}

function Stacked(props: {
  bar: Bar;
  series: Series[];
  x: number;
  slot: number;
  /** Where the chart ends. */
  end: number;
  y: (value: number) => number;
  title: string;
}) {
  const { bar, x, slot, y } = props;
  const thick = Math.max(2, Math.min(26, slot * 0.68));
  // Under the last bar there is not room for the second half of a label.
  const isLast = x + 1.5 * slot > props.end;
  let below = 0;
  return (
    <g>
      <title>{props.title}</title>
      <rect
        x={x}
        y={TOP}
        width={slot}
        height={HEIGHT - TOP - BOTTOM}
        className={bar.marked ? classes.marked : classes.slot}
      />
      {props.series.map(({ key, color }) => {
        const from = below;
        below += bar.values[key] ?? 0;
        return (
          <rect
            key={key}
            x={x + (slot - thick) / 2}
            y={y(below)}
            width={thick}
            height={Math.max(0, y(from) - y(below))}
            rx={2}
            fill={color}
          />
        );
      })}
      {bar.tick ? (
        <text
          x={isLast ? props.end : x + slot / 2}
          y={HEIGHT - 6}
          textAnchor={isLast ? "end" : "middle"}
          className={classes.tick}
        >
          {bar.tick}
        </text>
      ) : null}
    </g>
  );
}

function Numbers(props: {
  label: string;
  series: Series[];
  bars: Bar[];
  format: (value: number) => string;
}) {
  return (
    // A table takes the width of its words whatever it is told; a box around it does not.
    <div className="visually-hidden">
      <table>
        <caption>{props.label}</caption>
        <thead>
          <tr>
            <td />
            {props.series.map(({ key, label }) => (
              <th key={key} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.bars.map((bar) => (
            <tr key={bar.key}>
              <th scope="row">{bar.label}</th>
              {props.series.map(({ key }) => (
                <td key={key}>{props.format(bar.values[key] ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
