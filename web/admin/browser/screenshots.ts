// Shoots every page of the panel from a demo of its own: at two widths, light and dark.
//
//     npm run screenshots -w admin -- [--only=dashboard,bookings] [folder]
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { launch } from "./chromium.js";
import { type Demo, PASSWORD, startDemo } from "./gateway.js";

const WIDTHS = [1440, 390] as const;
const SCHEMES = ["light", "dark"] as const;

const args = process.argv.slice(2);
const only = args
  .find((arg) => arg.startsWith("--only="))
  ?.slice(7)
  .split(",");
const folder = resolve(args.find((arg) => !arg.startsWith("--")) ?? "screenshots");

/** What is shot: a name, and how to get there. */
async function shots(demo: Demo): Promise<[string, string][]> {
  const booking = (await demo.call("GET", "/bookings?perPage=1")).body.items[0].id;
  const organization = (await demo.call("GET", "/api/organizations")).body.items[0]?.id;
  const run = (await demo.call("GET", "/api/user-sync/runs")).body.items?.[0]?.id;
  const preview = (await demo.call("POST", "/api/user-sync/locations/8/preview")).body.previewId;
  const documents = (await demo.call("GET", "/api/sales-documents")).body.items;
  const conflict = documents?.find((one: { syncStatus: string }) => one.syncStatus === "conflict");
  const paths: [string, string | undefined][] = [
    ["dashboard", "/"],
    ["bookings", "/bookings"],
    ["booking", `/bookings/${booking}`],
    ["drift", "/bookings/drift"],
    ["partners", "/partners"],
    ["partner", "/partners/marko"],
    ["products", "/products"],
    ["product", "/products/work-shirt"],
    ["movements", "/stock/movements"],
    ["users", "/users"],
    ["preview", preview && `/users/previews/${preview}`],
    ["runs", "/users/runs"],
    ["run", run && `/users/runs/${run}`],
    ["locations", "/locations"],
    ["documents", "/documents"],
    ["document", documents?.[0] && `/documents/${documents[0].id}`],
    ["conflict", conflict && `/documents/${conflict.id}/conflict`],
    ["pull", "/metakocka/pull"],
    ["errors", "/metakocka/errors"],
    ["history", "/metakocka/history"],
    ["reconciliation", "/metakocka/reconciliation"],
    ["settings", "/metakocka/settings"],
    ["accounts", "/accounts"],
    ["organizations", "/organizations"],
    ["organization", organization && `/organizations/${organization}`],
    ["tokens", "/tokens"],
    ["demo", "/demo"],
  ];
  return paths.filter((one): one is [string, string] => Boolean(one[1]));
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/admin/login`);
  await page.getByLabel("E-mail").fill("admin@lockstep.demo");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((to) => !to.pathname.endsWith("/login"));
}

async function settle(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle").catch(() => undefined);
  await page.waitForTimeout(500);
}

const demo = await startDemo();
const browser = await launch();
mkdirSync(folder, { recursive: true });
try {
  const list = (await shots(demo)).filter(([name]) => !only || only.includes(name));
  for (const colorScheme of SCHEMES) {
    const context = await browser.newContext({ colorScheme, locale: "en-GB" });
    const page = await context.newPage();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
      if (!only || only.includes("login")) {
        await page.goto(`${demo.url}/admin/login`);
        await settle(page);
        if (page.url().endsWith("/login")) {
          await page.screenshot({ path: `${folder}/login-${width}-${colorScheme}.png` });
        }
      }
      if (width === WIDTHS[0]) await signIn(page, demo.url);
      for (const [name, path] of list) {
        await page.goto(`${demo.url}/admin${path}`);
        await settle(page);
        await page.screenshot({
          path: `${folder}/${name}-${width}-${colorScheme}.png`,
          fullPage: true,
        });
      }
    }
    await context.close();
  }
} finally {
  await browser.close();
  await demo.stop();
}
process.stdout.write(`${folder}\n`);
