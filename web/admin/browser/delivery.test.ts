import assert from "node:assert/strict";
import { test } from "node:test";
import { launch } from "./chromium.js";
import { startDemo } from "./gateway.js";
import { panel, settled, signIn } from "./panel.js";

const { visit } = panel();

const FIRST_LOAD_BYTES = 300_000;
const FIRST_SCREEN_MS = 5_000;

test("the page forbids scripts from elsewhere and in itself, and is asked for anew each time", () =>
  visit(async ({ page }) => {
    const answer = await page.goto("/admin/bookings");
    const headers = answer?.headers() ?? {};
    const policy = headers["content-security-policy"] ?? "";
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
      assert.ok(policy.split("; ").includes(rule), `${rule} is not in ${policy}`);
    }
    assert.doesNotMatch(policy, /unsafe/);
    assert.match(headers["cache-control"] ?? "", /no-store|no-cache/);
    assert.equal(await page.locator("script:not([src])").count(), 0);
  }));

test("an injected script does not run", () =>
  visit(
    async ({ page }) => {
      await page.goto("/admin/login");
      const refused = page.waitForEvent("console", (message) =>
        /Content Security Policy/.test(message.text()),
      );
      await page.evaluate(() => {
        const script = document.createElement("script");
        script.textContent = "document.title = 'injected'";
        document.body.append(script);
      });
      await refused;
      assert.doesNotMatch(await page.title(), /injected/);
    },
    { complaints: [/Content Security Policy/] },
  ));

test("files with a hash in their name are compressed and kept for a year", () =>
  visit(async ({ page }) => {
    const assets: Promise<void>[] = [];
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      if (!pathname.startsWith("/admin/assets/")) return;
      assets.push(
        response.allHeaders().then((headers) => {
          assert.match(pathname, /-[\w-]{8}\.(js|css)$/);
          assert.equal(headers["cache-control"], "public, max-age=31536000, immutable", pathname);
          assert.match(headers["content-encoding"] ?? "", /^(br|gzip)$/, pathname);
        }),
      );
    });
    await page.goto("/admin/login");
    await settled(page);
    assert.ok(assets.length > 1);
    await Promise.all(assets);
  }));

test("the dashboard takes less than 300 kB of compressed script", () =>
  visit(async ({ page }) => {
    await signIn(page);
    await settled(page);
    const bytes = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map((entry) => entry as PerformanceResourceTiming)
        .filter(({ name }) => new URL(name).pathname.endsWith(".js"))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    );
    assert.ok(bytes > 50_000 && bytes < FIRST_LOAD_BYTES, `${bytes} bytes`);
  }));

test("the first screen is there within 5 s of the start of the demo", async (context) => {
  const browser = await launch();
  try {
    // What else the machine does makes it slower, never faster.
    let fastest = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < 10 && fastest > FIRST_SCREEN_MS; turn += 1) {
      const began = performance.now();
      const demo = await startDemo();
      const page = await browser.newPage();
      await page.goto(`${demo.url}/admin/`);
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      fastest = Math.min(fastest, performance.now() - began);
      await page.close();
      await demo.stop();
    }
    context.diagnostic(`${Math.round(fastest)} ms`);
    assert.ok(fastest < FIRST_SCREEN_MS, `${Math.round(fastest)} ms`);
  } finally {
    await browser.close();
  }
});
