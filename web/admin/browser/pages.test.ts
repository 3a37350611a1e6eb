import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { hindrances } from "./axe.js";
import { pages } from "./pages.js";
import { panel, settled } from "./panel.js";

const { visit, visitAsAdmin } = panel();

const PHONE = { width: 390, height: 844 };

/** What sticks out to the side. */
async function overflow(page: Page): Promise<string[]> {
  const [needed, there] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth] as const;
  });
  if (needed <= there) return [];
  return [`${new URL(page.url()).pathname} needs ${needed} pixels and has ${there}`];
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`the sign-in hinders nobody, ${colorScheme}`, () =>
    visit(
      async ({ page }) => {
        await page.goto("/admin/login");
        await settled(page);
        assert.deepEqual(await hindrances(page), []);
        await page.setViewportSize(PHONE);
        assert.deepEqual([...(await overflow(page)), ...(await hindrances(page))], []);
      },
      { colorScheme },
    ));
}

test("no page hinders anybody on a desk, in English and light", () =>
  visitAsAdmin("/", async ({ page, demo }) => {
    const found: string[] = [];
    for (const [name, path] of await pages(demo)) {
      await page.goto(`/admin${path}`);
      await settled(page);
      found.push(...(await hindrances(page)));
      assert.match(await page.title(), /. · Lockstep$/, name);
    }
    assert.deepEqual(found, []);
  }));

test("no page hinders anybody on a phone, in Indonesian and dark", () =>
  visitAsAdmin(
    "/",
    async ({ page, demo }) => {
      const found: string[] = [];
      for (const [, path] of await pages(demo)) {
        await page.goto(`/admin${path}`);
        await settled(page);
        assert.equal(await page.locator("html").getAttribute("lang"), "id");
        found.push(...(await overflow(page)), ...(await hindrances(page)));
      }
      assert.deepEqual(found, []);
    },
    { viewport: PHONE, hasTouch: true, isMobile: true, colorScheme: "dark", locale: "id-ID" },
  ));
