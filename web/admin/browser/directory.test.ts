import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { panel, settled } from "./panel.js";

const { visitAsAdmin } = panel();

/** Chooses a server from the menu, and waits for its preview. */
async function preview(page: Page, server: string): Promise<void> {
  await page.getByRole("button", { name: "Sync from Server" }).click();
  await page.getByRole("menuitem", { name: `Sync ${server}` }).click();
  await page.getByRole("progressbar", { name: `Looking at ${server}` }).waitFor();
  await page.getByRole("heading", { level: 1, name: `Preview: ${server}` }).waitFor();
}

async function execute(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Confirm & Execute Sync" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "OK" }).click();
}

test("a server is previewed, its sync carried out and undone", () =>
  visitAsAdmin("/users", async ({ page, demo }) => {
    await preview(page, "Dev");
    const count = Number(await page.getByTestId("summary-new").textContent());
    assert.ok(count > 0);
    assert.equal(await page.getByTestId("summary-deleted").textContent(), "0");
    const fresh = page.getByRole("table", { name: "New Users" });
    await fresh.getByText("vendor1@dkm").waitFor();
    assert.equal(await fresh.locator("tbody").getByRole("row").count(), count);
    assert.equal((await demo.call("GET", "/api/directory/users?locationId=8")).body.total, 0);

    await execute(page);
    const message = `Sync completed successfully! ${count} users added, 0 users deactivated, 0 users unchanged.`;
    await page.getByText(message).waitFor();
    await page.waitForURL("**/users?location=8");
    const users = page.getByRole("table", { name: "User Management" });
    await users.getByText("vendor1@dkm").waitFor();
    assert.equal(await users.getByText("Active", { exact: true }).count(), count);

    await page.getByRole("link", { name: "Sync runs" }).click();
    await page.getByRole("row", { name: /Dev/ }).first().getByRole("link").click();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Undo" }).click();
    await page.getByText(`${count} users restored`).waitFor();
    await page.goto("/admin/users?location=8&status=inactive");
    await users.getByText("vendor1@dkm").waitFor();
    assert.equal(await users.getByText("Inactive", { exact: true }).count(), count);
  }));

test("a preview lists who comes and who goes, and unfolds who stays; somebody can be left out", () =>
  visitAsAdmin("/users", async ({ page }) => {
    await preview(page, "Test");
    const unchanged = page.getByRole("table", { name: "Unchanged Users" });
    assert.equal(await unchanged.count(), 0);
    await page.getByRole("button", { name: "Show: Unchanged Users" }).click();
    const stays = Number(await page.getByTestId("summary-unchanged").textContent());
    await unchanged.waitFor();
    assert.equal(await unchanged.locator("tbody").getByRole("row").count(), stays);
    await page.getByRole("table", { name: "Deleted Users" }).waitFor();
    const fresh = Number(await page.getByTestId("summary-new").textContent());
    const leaveOut = page.getByRole("table", { name: "New Users" }).getByRole("checkbox").first();
    await leaveOut.check();
    await page.getByText("1 left out").waitFor();
    await execute(page);
    await page.getByText(`Sync completed successfully! ${fresh - 1} users added`).waitFor();
  }));

test("the filters are in the address, and stay after a reload", () =>
  visitAsAdmin("/users", async ({ page }) => {
    await settled(page);
    await page.getByRole("combobox", { name: "Filter by Location" }).click();
    await page.getByRole("option", { name: "Test" }).click();
    await page.waitForURL("**/users?location=7");
    await page.getByRole("combobox", { name: "Filter by Status" }).click();
    await page.getByRole("option", { name: "Active", exact: true }).click();
    await page.waitForURL("**/users?location=7&status=active");
    await page.reload();
    await settled(page);
    assert.equal(
      await page.getByRole("combobox", { name: "Filter by Location" }).inputValue(),
      "Test",
    );
    const rows = page
      .getByRole("table", { name: "User Management" })
      .locator("tbody")
      .getByRole("row");
    const count = await rows.count();
    assert.ok(count > 0);
    assert.equal(
      await rows.filter({ hasText: "Test" }).filter({ hasText: "Active" }).count(),
      count,
    );
  }));

test("a server that refuses the sign-in is told in its words, and the page goes back", () =>
  visitAsAdmin(
    "/users",
    async ({ page, demo }) => {
      const location = {
        locationCode: "WRONG",
        locationName: "Wrong",
        onlineUrl: (await demo.call("GET", "/api/directory/locations/8")).body.onlineUrl,
        email: "admin@example.com",
        password: "not the password",
      };
      const made = await demo.call("POST", "/api/directory/locations", location);
      assert.equal(made.status, 201, JSON.stringify(made.body));
      await page.reload();
      await settled(page);
      await page.getByRole("button", { name: "Sync from Server" }).click();
      await page.getByRole("menuitem", { name: "Sync Wrong" }).click();
      await page.getByRole("alert").getByText("Failed to login to external API").waitFor();
      await page.getByRole("heading", { level: 1, name: "User Management" }).waitFor();
    },
    { complaints: [/^502 /] },
  ));
