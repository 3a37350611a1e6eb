interface Point {
  latitude: number;
  longitude: number;
}

/** Kilometres of a degree of latitude. */
const DEGREE = 111.32;
/** Less than this is never shown, in degrees of latitude: one partner alone is not a map of a street corner. */
const LEAST = 0.06;

/** Round steps of which `span` holds three to seven. */
function step(span: number): number {
  const power = 10 ** Math.floor(Math.log10(span / 3));
  return [5, 2, 1].map((one) => one * power).find((one) => span / one >= 3) ?? power;
}

function lines(from: number, to: number): number[] {
  const size = step(to - from);
  const first = Math.ceil(from / size) * size;
  const count = Math.floor((to - first) / size) + 1;
  return Array.from({ length: count }, (_, index) => first + index * size);
}

/** Where points lie in a picture that holds them all, as round as the earth is at their latitude. */
export function frame(points: Point[], width: number, height: number) {
  const latitudes = points.map(({ latitude }) => latitude);
  const longitudes = points.map(({ longitude }) => longitude);
  const middle = (all: number[]) => (Math.min(...all) + Math.max(...all)) / 2;
  const span = (all: number[]) => Math.max(...all) - Math.min(...all);
  const center = { latitude: middle(latitudes), longitude: middle(longitudes) };
  const squeeze = Math.max(0.05, Math.cos((center.latitude * Math.PI) / 180));
  const tall =
    Math.max(span(latitudes), (span(longitudes) * squeeze * height) / width, LEAST) * 1.35;
  // A few steps of zoom, so that the map stands still while somebody drives.
  const zoomed = LEAST * 1.35 ** Math.ceil(Math.log(tall / LEAST) / Math.log(1.35));
  const snap = zoomed / 8;
  const base = {
    latitude: Math.round(center.latitude / snap) * snap,
    longitude: Math.round(center.longitude / snap) * snap,
  };
  const pixels = height / zoomed;
  const wide = width / (pixels * squeeze);
  const x = (longitude: number) => width / 2 + (longitude - base.longitude) * pixels * squeeze;
  const y = (latitude: number) => height / 2 - (latitude - base.latitude) * pixels;
  const kilometres = step((zoomed * DEGREE * width) / height / 2);
  return {
    x,
    y,
    meridians: lines(base.longitude - wide / 2, base.longitude + wide / 2),
    parallels: lines(base.latitude - zoomed / 2, base.latitude + zoomed / 2),
    scale: { kilometres, pixels: (kilometres / DEGREE) * pixels },
  };
}
