import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { hindrances } from "./axe.js";
import { pages } from "./pages.js";
import { panel, settled, type VisitOptions } from "./panel.js";

const { visit, visitAsAdmin } = panel();

const PHONE: VisitOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  colorScheme: "dark",
  locale: "id-ID",
};

/** What sticks out to the side. */
async function overflow(page: Page): Promise<string[]> {
  const [needed, there] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth] as const;
  });
  if (needed <= there) return [];
  return [`${new URL(page.url()).pathname} needs ${needed} pixels and has ${there}`];
}

test("the sign-in fits a phone and hinders nobody, in Indonesian and dark", () =>
  visit(async ({ page }) => {
    await page.goto("/admin/login");
    await page.getByRole("heading", { name: "Masuk" }).waitFor();
    await settled(page);
    assert.deepEqual([...(await overflow(page)), ...(await hindrances(page))], []);
  }, PHONE));

test("every page fits a phone and hinders nobody, in Indonesian and dark", () =>
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
    PHONE,
  ));

test("the menu of a phone leads to a page, and closes", () =>
  visitAsAdmin(
    "/",
    async ({ page }) => {
      await settled(page);
      const partners = page.getByRole("link", { name: "Mitra", exact: true });
      await partners.waitFor({ state: "hidden" });
      await page.getByRole("button", { name: "Menu" }).tap();
      await partners.tap();
      await page.getByRole("heading", { level: 1, name: "Mitra" }).waitFor();
      await partners.waitFor({ state: "hidden" });
    },
    PHONE,
  ));
