import type { components } from "./generated/openapi.js";

export type { components, paths } from "./generated/openapi.js";

/** The schemas of the OpenAPI document, by name. */
export type Schemas = components["schemas"];

export type Booking = Schemas["Booking"];
export type ErrorBody = Schemas["ErrorBody"];
export type FieldError = Schemas["FieldError"];
export type Message = Schemas["Message"];
export type Mirror = Schemas["Mirror"];
export type Notification = Schemas["Notification"];
export type Partner = Schemas["Partner"];
export type Product = Schemas["Product"];
export type SignedIn = Schemas["SignedInBody"];
export type Stats = Schemas["Stats"];
export type StockItem = Schemas["StockItem"];
export type User = Schemas["UserBody"];
