import type { components, Namespaces } from "./generated/events.js";
import type { Booking } from "./types.js";

/** The schemas of the AsyncAPI document, by name. */
export type EventSchemas = components["schemas"];

export type Namespace = keyof Namespaces;
/** The events that a namespace's clients hear, with their payloads. */
export type ServerEvents<N extends Namespace> = Namespaces[N]["server"];
/** The events that a namespace's clients send, with their payloads. */
export type ClientEvents<N extends Namespace> = Namespaces[N]["client"];

/** Where a partner was, and when. */
export type Sighting = EventSchemas["Place"] & { timestamp: string };

/** What the gateway answers beside `ok`. The AsyncAPI document names the failing part only. */
interface Acks {
  "auth:refresh": { expiresAt: string | null };
  "booking:track": { booking: Booking; location: Sighting | null };
  "booking:cancel": { booking: Booking };
  "booking:accept": { booking: Booking };
  "booking:reject": { booking: Booking };
  "booking:status_update": { booking: Booking };
  "location:update": Pick<Sighting, "timestamp">;
  "message:send": Pick<EventSchemas["MessageSent"], "id" | "createdAt">;
  "message:mark_read": Pick<EventSchemas["MessageRead"], "readAt">;
  "request:stats": { stats: EventSchemas["Stats"] };
  "stock:subscribe": { count: number };
}

/** What comes back for an event that was taken. */
export type Ack<Event> = { ok: true } & (Event extends keyof Acks ? Acks[Event] : object);
