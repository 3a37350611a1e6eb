import assert from "node:assert/strict";
import { test } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Demo } from "./gateway.js";
import { panel, settled } from "./panel.js";

const { visitAsAdmin } = panel({ METAKOCKA_RETRY_BASE_SECONDS: "1" });

const SYNC = "/api/integrations/metakocka/sales-documents/sync";

/** The row of a document, by its number. */
async function rowOf(page: Page, demo: Demo, id: string): Promise<Locator> {
  const { documentNumber } = (await demo.call("GET", `/api/sales-documents/${id}`)).body;
  return page.getByRole("row", { name: new RegExp(documentNumber) });
}

async function erp(demo: Demo): Promise<{ documents: number; creatingCalls: number }> {
  return (await demo.call("GET", "/api/demo")).body.erp;
}

test("one document is brought to Metakocka", () =>
  visitAsAdmin("/documents", async ({ page, demo }) => {
    const row = await rowOf(page, demo, "order-filters");
    await row.getByRole("button", { name: "Sync to Metakocka" }).click();
    await row.getByText(/^Synced as /).waitFor();
    await row.getByText("Synced", { exact: true }).waitFor();
    const { mapping } = (await demo.call("GET", `${SYNC}?documentId=order-filters`)).body;
    assert.equal(
      await row.getByText(/^Synced as /).textContent(),
      `Synced as ${mapping.metakockaNumber}`,
    );
  }));

test("an answer that is lost is said so, and the document is found instead of made twice", () =>
  visitAsAdmin(
    "/documents",
    async ({ page, demo }) => {
      const row = await rowOf(page, demo, "invoice-gloves");
      const before = await erp(demo);
      await demo.call("POST", "/api/demo/mishaps/lost-answers", { times: 1 });
      await row.getByRole("button", { name: "Sync to Metakocka" }).click();
      await row.getByText(/^Not synced: /).waitFor();
      // Pressed again, it looks before it sends.
      await row.getByRole("button", { name: "Try again" }).click();
      await row.getByText(/^Synced as /).waitFor();
      const after = await erp(demo);
      assert.equal(after.documents, before.documents + 1);
      assert.equal(after.creatingCalls, before.creatingCalls + 1);
    },
    { complaints: [`502 ${SYNC}`] },
  ));

test("all documents are brought there, but for one that both sides changed; that is resolved by hand", () =>
  visitAsAdmin("/documents", async ({ page, demo }) => {
    await page.getByRole("button", { name: "Sync all to Metakocka" }).click();
    await page.getByText(/\d+ synced(, \d+ unchanged)?, 1 failed/).waitFor();
    const row = await rowOf(page, demo, "order-lamps");
    await row.getByRole("link", { name: "Conflict" }).click();
    const sides = page.getByRole("table", { name: /^Conflict/ });
    await sides.getByText("Deliver to the back door").waitFor();
    await sides.getByText("Customer collects it himself").waitFor();
    await page.getByRole("button", { name: "Keep ours" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Keep ours" }).click();
    await page.getByText("Conflict resolved").waitFor();
    await page.waitForURL("**/documents/order-lamps");
    await page.getByText("Synced", { exact: true }).first().waitFor();
    const { body } = await demo.call("GET", "/api/sales-documents/order-lamps");
    assert.deepEqual([body.syncStatus, body.notes], ["synced", "Deliver to the back door"]);
    const open = await demo.call("GET", "/api/sales-documents?syncStatus=pending");
    assert.equal(open.body.total, 0);
  }));

test("documents that stand only in Metakocka are pulled, once", () =>
  visitAsAdmin("/metakocka/pull", async ({ page, demo }) => {
    const rows = page
      .getByRole("table", { name: "From Metakocka" })
      .locator("tbody")
      .getByRole("row");
    await rows.filter({ hasText: "Marina Bernardin" }).getByRole("button").click();
    await page.getByText("Document pulled").waitFor();
    await rows.filter({ hasText: "Marina Bernardin" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Pull all" }).click();
    await page.getByText("1 pulled, 0 failed").waitFor();
    await page.getByText("Nothing to pull").waitFor();
    const { body } = await demo.call("GET", "/api/sales-documents?q=Bernardin");
    assert.equal(body.total, 1);
  }));

test("the history tells every attempt, the newest first", () =>
  visitAsAdmin("/metakocka/history", async ({ page, demo }) => {
    await settled(page);
    const rows = page.getByRole("table").locator("tbody").getByRole("row");
    const document = {
      documentType: "offer",
      customer: {
        name: "Ana",
        street: "Obala 1",
        postCode: "6320",
        city: "Portorož",
        country: "SI",
      },
      lines: [{ name: "Terrace cleaning", quantity: 1, unitPrice: 80, taxPercent: 22 }],
    };
    const { id } = (await demo.call("POST", "/api/sales-documents", document)).body;
    assert.equal((await demo.call("POST", SYNC, { documentId: id })).status, 200);
    await page.reload();
    const newest = rows.first();
    await newest.getByRole("link", { name: id }).waitFor();
    await newest.getByText("Created", { exact: true }).waitFor();
  }));

test("the reconciliation names exactly the documents that differ", () =>
  visitAsAdmin("/metakocka/reconciliation", async ({ page, demo }) => {
    const [from, to] = [
      page.getByLabel("From", { exact: true }),
      page.getByLabel("To", { exact: true }),
    ];
    const window = `from=${await from.inputValue()}&to=${await to.inputValue()}`;
    const path = `/api/integrations/metakocka/reconciliation?${window}`;
    const { differences } = (await demo.call("GET", path)).body as {
      differences: { number: string }[];
    };
    const rows = page.getByRole("table", { name: "Differences" }).locator("tbody").getByRole("row");
    for (const { number } of differences) await rows.filter({ hasText: number }).waitFor();
    assert.equal(await rows.count(), differences.length);
  }));
