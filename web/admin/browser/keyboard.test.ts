import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { panel, settled, signIn } from "./panel.js";

const { visit, visitAsAdmin } = panel();

/** Goes on with the tab key until the element has the focus, which also has to be seen. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) {
      assert.ok(await target.evaluate(isMarked), "nobody sees what has the focus");
      return;
    }
  }
  assert.fail(`the keyboard does not reach ${target}`);
}

/** Whether an outline or a border shows that an element has the focus. */
function isMarked(element: Element): boolean {
  const style = getComputedStyle(element);
  return (
    (style.outlineStyle !== "none" && style.outlineWidth !== "0px") || element.matches("input")
  );
}

test("signing in takes no mouse", () =>
  visit(async ({ page }) => {
    await page.goto("/admin/login");
    await page.locator("input[name=email]:focus").waitFor();
    await page.keyboard.type("admin@lockstep.demo");
    await page.keyboard.press("Tab");
    await page.keyboard.type("lockstep-demo");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Dashboard" }).waitFor();
  }));

test("the first step leads past the menu to the content", () =>
  visitAsAdmin("/", async ({ page }) => {
    await settled(page);
    await page.keyboard.press("Tab");
    const skip = page.getByRole("link", { name: "Skip to the content" });
    assert.ok(await skip.evaluate((element) => element === document.activeElement));
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement?.closest("main") !== null));
  }));

test("after a step the keyboard begins at the heading of the new page", () =>
  visitAsAdmin("/", async ({ page }) => {
    await settled(page);
    await tabTo(page, page.getByRole("link", { name: "Partners", exact: true }));
    await page.keyboard.press("Enter");
    await page.locator("h1:focus", { hasText: "Partners" }).waitFor();
  }));

test("a sync is previewed, confirmed and carried out without a mouse", () =>
  visitAsAdmin("/users", async ({ page }) => {
    await settled(page);
    await tabTo(page, page.getByRole("button", { name: "Sync from Server" }));
    await page.keyboard.press("Enter");
    const item = page.getByRole("menuitem", { name: "Sync Dev" });
    await item.waitFor();
    for (let step = 0; step < 5; step += 1) {
      await page.keyboard.press("ArrowDown");
      if (await item.evaluate((element) => element === document.activeElement)) break;
    }
    assert.ok(await item.evaluate((element) => element === document.activeElement));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Preview: Dev" }).waitFor();
    await tabTo(page, page.getByRole("button", { name: "Confirm & Execute Sync" }));
    await page.keyboard.press("Enter");
    const ok = page.getByRole("dialog").getByRole("button", { name: "OK" });
    await page.locator("[role=dialog] button:focus", { hasText: "OK" }).waitFor();
    await page.keyboard.press("Escape");
    await ok.waitFor({ state: "detached" });
    const execute = page.getByRole("button", { name: "Confirm & Execute Sync" });
    await page.locator("button:focus", { hasText: "Confirm & Execute Sync" }).waitFor();
    assert.ok(await execute.isEnabled());
    await page.keyboard.press("Enter");
    await page.locator("[role=dialog] button:focus", { hasText: "OK" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("Sync completed successfully!").waitFor();
  }));

test("a booking is created without a mouse", () =>
  visitAsAdmin("/bookings", async ({ page }) => {
    await settled(page);
    await tabTo(page, page.getByRole("button", { name: "New booking" }));
    await page.keyboard.press("Enter");
    await page.locator("[role=dialog] :focus").waitFor();
    const dialog = page.getByRole("dialog");
    const customer = dialog.getByLabel("Customer").first();
    await tabTo(page, customer);
    await page.keyboard.type("Nina");
    await page.getByRole("option", { name: /^Nina/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await tabTo(page, dialog.getByLabel("Service"));
    await page.keyboard.type("Terrace cleaning");
    await page.keyboard.press("Tab");
    await page.keyboard.type("04052031");
    await page.keyboard.press("Tab");
    await page.keyboard.type("0930");
    await tabTo(page, dialog.getByLabel("Address"));
    await page.keyboard.type("Koper");
    await page.keyboard.press("Enter");
    await page.getByText(/^Booking .+ created$/).waitFor();
    await page.getByRole("main").getByText("Terrace cleaning", { exact: true }).waitFor();
  }));

test("Indonesian is a choice, and stays one", () =>
  visit(async ({ page }) => {
    await signIn(page);
    await settled(page);
    await page.getByRole("button", { name: "Language" }).click();
    await page.getByRole("menuitem", { name: "Bahasa Indonesia" }).click();
    await page.getByRole("heading", { level: 1, name: "Dasbor" }).waitFor();
    await page.getByRole("link", { name: "Pemesanan", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Pemesanan" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Pemesanan" }).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "id");
  }));
