import { Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import { useFormat } from "../../i18n/format";
import { useText } from "../../i18n/text";
import { Panel } from "../../ui/Panel";
import { Answered, Empty } from "../../ui/states";
import { useNames } from "../bookings/people";
import classes from "./PartnerMap.module.css";
import { placeNames } from "./placeNames";
import { frame } from "./projection";

const HEIGHT = 236;
/** Nearer to the edge than this a number has no room. */
const EDGE = 40;
const COLORS = ["#0b7285", "#b4541a", "#6741d9", "#2b8a3e", "#c2255c", "#1864ab"];

interface Place {
  partnerId: string;
  latitude: number;
  longitude: number;
  timestamp: string;
}

/** Partners where they were last: a map without tiles, so that nothing is asked of anybody else's server. */
export function PartnerMap() {
  const { text } = useText();
  const t = text.dashboard;
  const places = useQuery({
    queryKey: ["partner-locations"],
    queryFn: () => api.get("/api/partner-locations", { params: { query: { perPage: 200 } } }),
    refetchInterval: 2000,
  });
  return (
    <Panel title={t.map}>
      <Answered query={places}>
        {({ items }) =>
          items.length === 0 ? <Empty title={t.mapEmpty} /> : <Places places={items} />
        }
      </Answered>
      <Text size="xs" c="dimmed" mt="xs">
        {t.mapHelp}
      </Text>
    </Panel>
  );
}

function Places({ places }: { places: Place[] }) {
  const { text } = useText();
  const format = useFormat();
  const nameOf = useNames();
  // In the order of their ids a partner keeps the colour, whoever moved last.
  const sorted = [...places].sort((one, other) => one.partnerId.localeCompare(other.partnerId));
  const { ref, width } = useElementSize();
  const { x, y, meridians, parallels, scale } = frame(sorted, Math.max(width, 1), HEIGHT);
  const points = sorted.map((one) => ({
    x: x(one.longitude),
    y: y(one.latitude),
    name: nameOf(one.partnerId) ?? one.partnerId,
  }));
  const names = placeNames(points, width);
  return (
    <div ref={ref}>
      <svg
        width={width}
        height={HEIGHT}
        className={classes.map}
        aria-hidden="true"
        focusable="false"
      >
        {meridians.map((one) => (
          <g key={`m${one}`}>
            <line x1={x(one)} x2={x(one)} y1={0} y2={HEIGHT} className={classes.grid} />
            {x(one) > width - EDGE ? null : (
              <text x={x(one) + 4} y={HEIGHT - 6} className={classes.tick}>
                {one.toFixed(2)}°
              </text>
            )}
          </g>
        ))}
        {parallels.map((one) => (
          <g key={`p${one}`}>
            <line x1={0} x2={width} y1={y(one)} y2={y(one)} className={classes.grid} />
            {y(one) < EDGE / 2 || y(one) > HEIGHT - EDGE / 2 ? null : (
              <text x={4} y={y(one) - 4} className={classes.tick}>
                {one.toFixed(2)}°
              </text>
            )}
          </g>
        ))}
        <g transform={`translate(${width - 20 - scale.pixels} 22)`}>
          <path d={`M0 -5V0H${scale.pixels}V-5`} className={classes.scale} />
          <text x={scale.pixels / 2} y={-6} textAnchor="middle" className={classes.tick}>
            {text.dashboard.km(format.number(scale.kilometres))}
          </text>
        </g>
        {sorted.map((one, index) => (
          <g
            key={one.partnerId}
            className={classes.partner}
            style={{ transform: `translate(${points[index]?.x}px, ${points[index]?.y}px)` }}
          >
            <circle r={13} fill={COLORS[index % COLORS.length]} fillOpacity={0.2} />
            <circle r={7} fill={COLORS[index % COLORS.length]} className={classes.dot} />
            <text
              x={names[index]?.dx}
              y={names[index]?.dy}
              textAnchor={names[index]?.anchor}
              className={classes.name}
            >
              {points[index]?.name}
            </text>
          </g>
        ))}
      </svg>
      <ul className="visually-hidden">
        {sorted.map((one) => (
          <li key={one.partnerId}>
            {nameOf(one.partnerId)}: {one.latitude.toFixed(4)}°, {one.longitude.toFixed(4)}°,{" "}
            {format.time(one.timestamp)}
          </li>
        ))}
      </ul>
    </div>
  );
}
