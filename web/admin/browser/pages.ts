import assert from "node:assert/strict";
import type { Demo } from "./gateway.js";

const DEV = 8;
const TEST = 7;

/** Each page of the panel behind the sign-in, by a name, with something on it. */
export async function pages(demo: Demo): Promise<Map<string, string>> {
  const first = async (path: string): Promise<string> => {
    const { body } = await demo.call("GET", path);
    const id = body.items[0]?.id;
    assert.ok(id, `${path} has nothing`);
    return id;
  };
  await conflict(demo, "order-lamps");
  const preview = await demo.call("POST", `/api/user-sync/locations/${TEST}/preview`);
  return new Map([
    ["dashboard", "/"],
    ["bookings", "/bookings"],
    ["booking", `/bookings/${await first("/bookings")}`],
    ["drift", "/bookings/drift"],
    ["partners", "/partners"],
    ["partner", "/partners/marko"],
    ["products", "/products"],
    ["product", "/products/work-shirt"],
    ["movements", "/stock/movements"],
    ["users", "/users"],
    ["sync", `/users/sync/${DEV}`],
    ["preview", `/users/previews/${preview.body.previewId}`],
    ["runs", "/users/runs"],
    ["run", `/users/runs/${await first("/api/user-sync/runs")}`],
    ["locations", "/locations"],
    ["documents", "/documents"],
    ["document", "/documents/order-thermostats"],
    ["conflict", "/documents/order-lamps/conflict"],
    ["pull", "/metakocka/pull"],
    ["errors", "/metakocka/errors"],
    ["history", "/metakocka/history"],
    ["reconciliation", "/metakocka/reconciliation"],
    ["settings", "/metakocka/settings"],
    ["accounts", "/accounts"],
    ["organizations", "/organizations"],
    ["organization", `/organizations/${await first("/api/organizations")}`],
    ["tokens", "/tokens"],
    ["demo", "/demo"],
    ["nowhere", "/nowhere"],
  ]);
}

/** Has the gateway find out that both sides changed a document. */
async function conflict(demo: Demo, documentId: string): Promise<void> {
  const path = "/api/integrations/metakocka/sales-documents/sync";
  const { body } = await demo.call("POST", path, { documentId });
  assert.equal(body.syncStatus, "conflict", JSON.stringify(body));
}
