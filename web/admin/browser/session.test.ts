import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { fillIn, panel, settled, signIn } from "./panel.js";

const { visit, visitAsAdmin } = panel();

const AN_HOUR = 3_600_000;

/** Lets the browser's clock show a later time; timers are left alone. */
async function later(page: Page, milliseconds: number): Promise<void> {
  await page.clock.setSystemTime(Date.now() + milliseconds);
}

test("somebody signs in and is at the dashboard", () =>
  visit(async ({ page }) => {
    await page.goto("/admin/");
    await page.waitForURL("**/admin/login");
    await fillIn(page, "admin@lockstep.demo", "lockstep-demo");
    await page.getByRole("heading", { level: 1, name: "Dashboard" }).waitFor();
    assert.match(new URL(page.url()).pathname, /^\/admin\/?$/);
  }));

test("a wrong password is told apart from nothing, and the field is empty again", () =>
  visit(
    async ({ page }) => {
      await page.goto("/admin/login");
      const said = page.getByRole("alert");
      await fillIn(page, "admin@lockstep.demo", "not the password");
      await said.waitFor();
      const ofKnown = await said.textContent();
      assert.equal(await page.locator("input[name=password]").inputValue(), "");
      await page.reload();
      await fillIn(page, "nobody@lockstep.demo", "not the password");
      await said.waitFor();
      assert.equal(await said.textContent(), ofKnown);
      assert.equal(new URL(page.url()).pathname, "/admin/login");
    },
    { complaints: ["401 /api/auth/login"] },
  ));

test("the panel is not for customers, whose session ends at once", () =>
  visit(async ({ page, context }) => {
    await page.goto("/admin/login");
    await fillIn(page, "nina@lockstep.demo", "lockstep-demo");
    await page.getByText("This panel is for administrators").waitFor();
    await page.waitForFunction(() => localStorage.getItem("lockstep.signed-in") === null);
    await page.reload();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    assert.deepEqual(await context.cookies(), []);
  }));

test("whoever follows a link signs in first and is then where the link leads", () =>
  visit(async ({ page }) => {
    await page.goto("/admin/products/work-shirt");
    await page.waitForURL("**/admin/login?next=*");
    await fillIn(page, "admin@lockstep.demo", "lockstep-demo");
    await page.getByRole("heading", { level: 1, name: "Work shirt" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/admin/products/work-shirt");
  }));

test("a link cannot lead to another site", () =>
  visit(async ({ page, demo }) => {
    await signIn(page, "//example.com/");
    await page.getByRole("heading", { level: 1, name: "Dashboard" }).waitFor();
    assert.equal(new URL(page.url()).origin, demo.url);
  }));

test("the session outlives a reload, and no script can read a token", () =>
  visitAsAdmin("/products", async ({ page, context }) => {
    const [cookie, ...others] = await context.cookies();
    assert.ok(cookie?.httpOnly && cookie.sameSite === "Strict" && others.length === 0);
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Products" }).waitFor();
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
    );
    assert.doesNotMatch(kept, /eyJ|token/i);
    assert.equal(await page.evaluate(() => document.cookie), "");
    const [renewed] = await context.cookies();
    assert.ok(renewed && !kept.includes(renewed.value) && renewed.value !== cookie.value);
  }));

test("an access token that is over is renewed unnoticed", () =>
  visitAsAdmin("/", async ({ page }) => {
    await settled(page);
    await later(page, AN_HOUR);
    await page.getByRole("link", { name: "Partners", exact: true }).click();
    await page.getByRole("row", { name: /Marko Hribar/ }).waitFor();
  }));

// From a page that asks for nothing by itself: one that does may be the first to hear that the session has ended.
test("a session that has ended is said so, and goes on where it was", () =>
  visitAsAdmin(
    "/organizations",
    async ({ page, context }) => {
      await settled(page);
      await context.clearCookies();
      await later(page, AN_HOUR);
      await page.getByRole("link", { name: "Accounts", exact: true }).click();
      await page.getByText("Your session has ended").waitFor();
      await fillIn(page, "admin@lockstep.demo", "lockstep-demo");
      await page.getByRole("heading", { level: 1, name: "Accounts" }).waitFor();
    },
    { complaints: ["401 /api/auth/refresh", /^401 /] },
  ));

test("signing out ends it in every tab", () =>
  visitAsAdmin("/", async ({ page, context }) => {
    await settled(page);
    const other = await context.newPage();
    await other.goto("/admin/bookings");
    await settled(other);
    await other.getByRole("button", { name: "Alenka Novak" }).click();
    const ended = other.waitForResponse("**/api/auth/logout");
    await other.getByRole("menuitem", { name: "Sign out" }).click();
    await ended;
    for (const tab of [other, page]) await tab.waitForURL("**/admin/login*");
    assert.deepEqual(await context.cookies(), []);
    for (const tab of [other, page]) {
      await tab.reload();
      await tab.getByRole("heading", { name: "Sign in" }).waitFor();
    }
  }));
