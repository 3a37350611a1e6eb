import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import type { Demo } from "./gateway.js";
import { panel, settled } from "./panel.js";
import { startUserServer, type UserServer } from "./userServer.js";

/** A table of many rows, and one of a few pages that it is compared to in the same run. */
const LARGE = 10_000;
const SMALL = 300;
/** Steps from page to page that are timed. */
const STEPS = 15;
/** How much longer a step may take where there are so many more rows. */
const MOST = 3;

const { visitAsAdmin: visitSmall } = panel();
const { visitAsAdmin: visitLarge } = panel();

let users: { few: UserServer; many: UserServer };
before(async () => {
  const [few, many] = await Promise.all([
    startUserServer("few", SMALL),
    startUserServer("many", LARGE),
  ]);
  users = { few, many };
});
after(() => {
  users.few.stop();
  users.many.stop();
});

/** Both demos at the page that `prepare` leads to. */
function compare(
  prepare: (demo: Demo, count: number) => Promise<string>,
  work: (small: Page, large: Page) => Promise<void>,
): Promise<void> {
  return visitSmall("/", async (small) => {
    await visitLarge("/", async (large) => {
      for (const [{ page, demo }, count] of [[small, SMALL] as const, [large, LARGE] as const]) {
        await page.goto(`/admin${await prepare(demo, count)}`);
        await settled(page);
      }
      await work(small.page, large.page);
    });
  });
}

/** Milliseconds from the press until the next page of the table stands there and is painted. */
function step(page: Page, table: string, button: string): Promise<number> {
  return page.evaluate(
    ([table, button]) => {
      const rows = document.querySelector(`table[aria-label="${table}"] tbody`);
      const next = document.querySelector<HTMLElement>(`button[aria-label="${button}"]`);
      if (!rows || !next) throw new Error(`${table} or ${button} is not there`);
      const before = rows.querySelector("tr")?.textContent;
      const began = performance.now();
      next.click();
      return new Promise<number>((resolve) => {
        new MutationObserver((_, observer) => {
          if (rows.querySelector("tr")?.textContent === before) return;
          observer.disconnect();
          requestAnimationFrame(() => resolve(performance.now() - began));
        }).observe(rows, { childList: true, characterData: true, subtree: true });
      });
    },
    [table, button] as const,
  );
}

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function elements(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelectorAll("*").length);
}

/** Goes through both tables in turns: neither has more in the page, and neither is slower to the touch. */
async function equals(small: Page, large: Page, table: string): Promise<void> {
  const took: { small: number[]; large: number[] } = { small: [], large: [] };
  for (let count = 0; count < STEPS; count += 1) {
    // There and back again: the small table has few pages.
    const button = count % 2 === 0 ? "Next page" : "Previous page";
    took.small.push(await step(small, table, button));
    took.large.push(await step(large, table, button));
  }
  const [few, many] = [await elements(small), await elements(large)];
  assert.ok(many < few * 1.2, `${few} elements for ${SMALL} rows, ${many} for ${LARGE}`);
  const ratio = median(took.large) / median(took.small);
  assert.ok(ratio < MOST, `a page of ${LARGE} rows takes ${ratio} times one of ${SMALL}`);
}

/** The last page is one press away, too. */
async function toTheEnd(page: Page, last: number): Promise<void> {
  await page.getByRole("button", { name: `Page ${last}`, exact: true }).click();
  await page.getByText(/–10,000 of 10,000$/).waitFor();
}

async function products(demo: Demo, count: number): Promise<string> {
  const lines = Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(5, "0");
    return `bulk-${number},Article ${number},${(index % 90) + 1},EUR,M,Blue,${index % 40}`;
  });
  const csv = ["productId,title,price,currency,size,color,stock", ...lines].join("\n");
  const imported = await demo.call("POST", "/api/stock/import", csv);
  assert.equal(imported.status, 200, JSON.stringify(imported.body));
  return "/products?q=Article";
}

/** Has the users of a server, and shows them. */
async function synced(demo: Demo, count: number): Promise<{ id: number; url: string }> {
  const { url } = count === LARGE ? users.many : users.few;
  const location = { locationCode: "BULK", locationName: "Bulk", onlineUrl: url };
  const credentials = { email: "admin@example.com", password: "remote-password" };
  const made = await demo.call("POST", "/api/directory/locations", { ...location, ...credentials });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { id } = made.body;
  const preview = await demo.call("POST", `/api/user-sync/locations/${id}/preview`);
  const execute = { previewId: preview.body.previewId };
  const done = await demo.call("POST", `/api/user-sync/locations/${id}/execute?wait=true`, execute);
  assert.equal(done.body.added, count, JSON.stringify(done.body));
  return { id, url };
}

test("ten thousand products are as smooth as a few", () =>
  compare(products, async (small, large) => {
    await equals(small, large, "Products & stock");
    await toTheEnd(large, LARGE / 25);
  }));

test("ten thousand users are as smooth as a few, and so is a preview in which none of them changes", () =>
  compare(
    async (demo, count) => `/users?location=${(await synced(demo, count)).id}`,
    async (small, large) => {
      await equals(small, large, "User Management");
      await toTheEnd(large, LARGE / 50);
      for (const page of [small, large]) {
        const location = new URL(page.url()).searchParams.get("location");
        await page.goto(`/admin/users/sync/${location}`);
        await page.getByRole("button", { name: "Show: Unchanged Users" }).click();
        await settled(page);
      }
      await equals(small, large, "Unchanged Users");
      await toTheEnd(large, LARGE / 50);
    },
  ));
