import type { Lockstep } from "./client.js";

/** Events in an answer, at most. */
const PAGE = 500;

/**
 * The last event that is kept for whoever is signed in: where somebody begins who wants to miss nothing from now on.
 * Ids have gaps, so it gallops over them and then halves; most people's events fit into the first answer.
 */
export async function lastEventId(client: Lockstep): Promise<number> {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let step = 0;
  while (low < high) {
    const after = Number.isFinite(high) ? low + Math.floor((high - low) / 2) : low + step;
    const { items } = await client.get("/api/events", { params: { query: { after } } });
    const last = items.at(-1)?.eventId;
    if (last === undefined) {
      if (after === low) return low;
      high = after;
    } else {
      low = last;
      if (items.length < PAGE) return low;
      step = Math.max(step * 8, PAGE);
    }
  }
  return low;
}
