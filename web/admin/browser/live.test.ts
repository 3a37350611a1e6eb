import assert from "node:assert/strict";
import { test } from "node:test";
import { panel, settled } from "./panel.js";

const { visitAsAdmin } = panel();

const BOOKING = {
  customerId: "nina",
  service: "Window cleaning",
  scheduledAt: "2031-05-04T09:00:00Z",
  address: "Koper",
  amount: 80,
  currency: "EUR",
};

test("a booking that somebody else changes shows without a reload", () =>
  visitAsAdmin("/bookings", async ({ page, demo }) => {
    await settled(page);
    const booking = (await demo.call("POST", "/bookings", BOOKING)).body;
    const row = page.getByRole("row", { name: new RegExp(booking.bookingNumber) });
    await row.getByText("Pending").waitFor();
    await demo.call("POST", `/bookings/${booking.id}/assign`, { partnerId: "marko" });
    await row.getByText("Assigned").waitFor();
    await row.getByText("Marko Hribar").waitFor();
    await row.getByRole("link", { name: booking.bookingNumber }).click();
    await page.getByText("All fields agree.").waitFor();
    const changed = { address: "Ljubljana, Trg republike 1", amount: 95 };
    assert.equal((await demo.call("PUT", `/bookings/${booking.id}`, changed)).status, 200);
    await page.getByText(changed.address).first().waitFor();
    await page.getByText("€95.00").first().waitFor();
  }));

test("stock falls before the eyes while a script buys", () =>
  visitAsAdmin("/products/water-filter", async ({ page, demo }) => {
    await settled(page);
    const shown = page.getByTestId("stock-Single-Blue");
    const before = Number(await shown.textContent());
    assert.ok(before >= 10);
    for (let sold = 1; sold <= 10; sold += 1) {
      const items = [{ productId: "water-filter", size: "Single", color: "Blue", quantity: 1 }];
      const order = await demo.call("POST", `/api/stock/reduce?orderId=shop-${sold}`, { items });
      assert.equal(order.status, 200, JSON.stringify(order.body));
      await page
        .getByTestId("stock-Single-Blue")
        .getByText(String(before - sold), { exact: true })
        .waitFor();
    }
    const ledger = page.getByRole("table", { name: "Ledger" });
    await ledger.getByText("shop-10", { exact: true }).waitFor();
  }));

test("the dashboard counts along", () =>
  visitAsAdmin("/", async ({ page, demo }) => {
    await settled(page);
    const total = page.getByTestId("bookings-total");
    const before = Number(await total.textContent());
    assert.equal((await demo.call("POST", "/bookings", BOOKING)).status, 201);
    await total.getByText(String(before + 1), { exact: true }).waitFor();
  }));

test("while the connection is away the page says so, and catches up by itself", () =>
  visitAsAdmin("/products/garden-gloves", async ({ page, context, demo }) => {
    await settled(page);
    const stock = page.getByTestId("stock-S-Green");
    const before = Number(await stock.textContent());
    await context.setOffline(true);
    await page.locator("[data-testid=live][data-live=false]").waitFor();
    const items = [{ productId: "garden-gloves", size: "S", color: "Green", quantity: 5 }];
    await demo.call("POST", "/api/stock/reduce?orderId=while-away", { items });
    await context.setOffline(false);
    await page.locator("[data-testid=live][data-live=true]").waitFor();
    await stock.getByText(String(before - 5), { exact: true }).waitFor();
  }));
