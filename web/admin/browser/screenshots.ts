// Photographs every page of the panel from a demo of its own, at two widths, light and dark; and for the README some of
// them again, as much as a window shows; --only=readme makes just these.
//
//     npm run screenshots -w admin -- [--only=dashboard,bookings] [--locale=id-ID] [folder]
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { launch } from "./chromium.js";
import { type Demo, startDemo } from "./gateway.js";
import { pages } from "./pages.js";
import { settled, signIn } from "./panel.js";

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const SCHEMES = ["light", "dark"] as const;

/** Those of the README, in a smaller window, so that their words can be read there. */
const README_FOLDER = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
const README_SIZE = { width: 1200, height: 750 };
const README = ["dashboard", "drift", "product", "preview", "conflict"];
const README_PHONE = "dashboard";

const args = process.argv.slice(2);
const only = args
  .find((arg) => arg.startsWith("--only="))
  ?.slice(7)
  .split(",");
const locale = args.find((arg) => arg.startsWith("--locale="))?.slice(9) ?? "en-GB";
const folder = resolve(args.find((arg) => !arg.startsWith("--")) ?? "screenshots");

async function open(page: Page, demo: Demo, path: string): Promise<void> {
  await page.goto(`${demo.url}/admin${path}`);
  // The page of a preview that is being fetched is gone when it is settled.
  if (path.startsWith("/users/sync/")) await page.getByRole("progressbar").waitFor();
  else await settled(page);
}

/** The whole page as in a window that is tall enough for it. */
async function whole(page: Page, size: { width: number; height: number }, path: string) {
  const needed = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...size, height: Math.max(size.height, needed) });
  if (!new URL(page.url()).pathname.includes("/users/sync/")) await settled(page);
  await page.screenshot({ path });
  await page.setViewportSize(size);
}

/** Every page at every size in one color scheme. */
async function photograph(
  browser: Browser,
  demo: Demo,
  list: Map<string, string>,
  colorScheme: (typeof SCHEMES)[number],
): Promise<void> {
  const context = await browser.newContext({ colorScheme, locale, baseURL: demo.url });
  const page = await context.newPage();
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await page.goto("/admin/login");
    await settled(page);
    await page.screenshot({ path: `${folder}/login-${size.width}-${colorScheme}.png` });
    await signIn(page);
    for (const [name, path] of list) {
      if (only && !only.includes(name)) continue;
      await open(page, demo, path);
      const file = `${folder}/${name}-${size.width}-${colorScheme}.png`;
      await whole(page, size, file);
    }
    await context.clearCookies();
    await page.evaluate(() => localStorage.clear());
  }
  await context.close();
}

async function photographForReadme(
  browser: Browser,
  demo: Demo,
  list: Map<string, string>,
): Promise<void> {
  const context = await browser.newContext({ locale: "en-GB", baseURL: demo.url });
  const page = await context.newPage();
  await page.setViewportSize(README_SIZE);
  await signIn(page);
  for (const name of README) {
    await open(page, demo, list.get(name) ?? "/");
    await page.screenshot({ path: `${README_FOLDER}${name}.png` });
  }
  await page.setViewportSize(SIZES[1] ?? README_SIZE);
  await page.emulateMedia({ colorScheme: "dark" });
  await open(page, demo, list.get(README_PHONE) ?? "/");
  await page.screenshot({ path: `${README_FOLDER}phone.png` });
  await context.close();
}

const demo = await startDemo();
const browser = await launch();
mkdirSync(folder, { recursive: true });
mkdirSync(README_FOLDER, { recursive: true });
try {
  const list = await pages(demo);
  // Something to see: copies that are damaged, and partners who have moved.
  await demo.call("POST", "/api/demo/mishaps/tampered-mirrors");
  for (const scheme of SCHEMES) await photograph(browser, demo, list, scheme);
  if (only?.includes("readme") ?? locale === "en-GB")
    await photographForReadme(browser, demo, list);
} finally {
  await browser.close();
  await demo.stop();
}
process.stdout.write(`${folder}\n`);
