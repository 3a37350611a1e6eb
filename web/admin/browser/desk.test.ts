import assert from "node:assert/strict";
import { test } from "node:test";
import { hindrances } from "./axe.js";
import { pages } from "./pages.js";
import { panel, settled } from "./panel.js";

const { visit, visitAsAdmin } = panel();

test("the sign-in hinders nobody", () =>
  visit(async ({ page }) => {
    await page.goto("/admin/login");
    await settled(page);
    assert.deepEqual(await hindrances(page), []);
  }));

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
