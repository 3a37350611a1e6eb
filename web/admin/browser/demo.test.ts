import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { panel, settled } from "./panel.js";

const { visitAsAdmin } = panel({ METAKOCKA_RETRY_BASE_SECONDS: "1" });

function card(page: Page, title: string): Locator {
  return page.getByRole("region", { name: title });
}

/** Lets it happen, and waits for what the card says of it. */
async function cause(page: Page, title: string, said: RegExp): Promise<string> {
  const place = card(page, title);
  await place.getByRole("button", { name: "Do it" }).click();
  const status = place.getByRole("status").filter({ hasText: said });
  await status.waitFor();
  return (await status.textContent()) ?? "";
}

test("a lost answer: the order is found in Metakocka and was made there once", () =>
  visitAsAdmin("/demo", async ({ page, demo }) => {
    await settled(page);
    const before = (await demo.call("GET", "/api/demo")).body.erp;
    const title = "Metakocka's answer is lost";
    const said = await cause(page, title, /was found in Metakocka/);
    assert.match(said, /Calls that created it: 1\.$/);
    const after = (await demo.call("GET", "/api/demo")).body.erp;
    assert.deepEqual(
      [after.documents - before.documents, after.creatingCalls - before.creatingCalls],
      [1, 1],
    );
    await card(page, title).getByRole("link", { name: "See what the guard does" }).click();
    const outcomes = page.getByRole("table").locator("tbody").getByRole("row");
    await outcomes.nth(0).getByText("Adopted").waitFor();
    await outcomes.nth(1).getByText("Outcome unknown").waitFor();
  }));

test("an empty user server: the guard stops the sync", () =>
  visitAsAdmin("/demo", async ({ page, demo }) => {
    const { body } = await demo.call("POST", "/api/user-sync/locations/8/preview");
    const execute = { previewId: body.previewId };
    await demo.call("POST", "/api/user-sync/locations/8/execute?wait=true", execute);
    const title = "A user server answers with nobody";
    await cause(page, title, /Dev has no users now/);
    await card(page, title).getByRole("link").click();
    await page.getByRole("alert").filter({ hasText: "The guard has stopped this" }).waitFor();
    assert.ok(await page.getByRole("button", { name: "Confirm & Execute Sync" }).isDisabled());
    const users = await demo.call("GET", "/api/directory/users?locationId=8&status=active");
    assert.equal(users.body.total, body.summary.new);
  }));

test("damaged copies: the drift page names each, the dry run changes none, healing heals all", () =>
  visitAsAdmin("/demo", async ({ page, demo }) => {
    const title = "Another program damages copies";
    const said = await cause(page, title, /copies are damaged/);
    const damaged = Number(said.match(/\d+/)?.[0]);
    assert.ok(damaged > 0);
    await card(page, title).getByRole("link").click();
    const rows = page.getByRole("table", { name: "Drift" }).locator("tbody").getByRole("row");
    await rows.first().waitFor();
    const drifted = (await demo.call("GET", "/bookings/sync-drift")).body.total;
    assert.equal(await rows.count(), drifted);
    await page.getByRole("button", { name: "Dry run" }).click();
    await page.getByText("Dry run: nothing was changed").waitFor();
    assert.equal((await demo.call("GET", "/bookings/sync-drift")).body.total, drifted);
    await page.getByRole("button", { name: "Heal all" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Heal all" }).click();
    await page.getByText("Healing is done").waitFor();
    await page.getByText("Every booking and its copy agree.").waitFor();
    assert.equal((await demo.call("GET", "/bookings/sync-drift")).body.total, 0);
  }));

test("an oversell storm: twenty units go to twenty buyers", () =>
  visitAsAdmin("/demo", async ({ page }) => {
    const said = await cause(page, "Everybody buys the same thing", /nothing was sold twice/);
    assert.match(said, /^20 of 200 orders were filled, 180 refused, 0 left/);
  }));

test("the servers outside can be made well again", () =>
  visitAsAdmin("/demo", async ({ page, demo }) => {
    await settled(page);
    await demo.call("POST", "/api/demo/mishaps/empty-user-server", { location: "Dev" });
    await page.getByRole("button", { name: "Make everything outside well again" }).click();
    await page.getByText("The servers outside are as they were.").waitFor();
    const { userServers } = (await demo.call("GET", "/api/demo")).body;
    assert.ok(userServers.every(({ users }: { users: number }) => users > 0));
  }));
