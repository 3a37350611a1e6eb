interface Point {
  x: number;
  y: number;
  name: string;
}

/** Where a name stands, seen from its point. */
export interface NamePlace {
  dx: number;
  dy: number;
  anchor: "start" | "middle" | "end";
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** About what a letter takes, and half of what a line does. */
const LETTER = 7.2;
const HALF_LINE = 8;
const DOT = 10;

/** In this order: the first one that is free is taken. */
const PLACES: NamePlace[] = [
  { dx: 14, dy: 4, anchor: "start" },
  { dx: -14, dy: 4, anchor: "end" },
  { dx: 0, dy: -17, anchor: "middle" },
  { dx: 0, dy: 26, anchor: "middle" },
];

function box(point: Point, { dx, dy, anchor }: NamePlace): Box {
  const long = point.name.length * LETTER;
  const before = { start: 0, middle: long / 2, end: long }[anchor];
  const left = point.x + dx - before;
  const middle = point.y + dy - 4;
  return { left, right: left + long, top: middle - HALF_LINE, bottom: middle + HALF_LINE };
}

function dot({ x, y }: Point): Box {
  return { left: x - DOT, right: x + DOT, top: y - DOT, bottom: y + DOT };
}

function meet(one: Box, other: Box): boolean {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}

/** Puts each name beside its point, where it covers neither another point nor another name, as far as there is room. */
export function placeNames(points: Point[], width: number): NamePlace[] {
  const taken: Box[] = [];
  return points.map((point) => {
    const others = points.filter((other) => other !== point).map(dot);
    const isFree = (place: NamePlace) => {
      const own = box(point, place);
      if (own.left < 0 || own.right > width) return false;
      return ![...others, ...taken].some((other) => meet(own, other));
    };
    const fallback: NamePlace = { dx: 14, dy: 4, anchor: "start" };
    const place = PLACES.find(isFree) ?? fallback;
    taken.push(box(point, place));
    return place;
  });
}
