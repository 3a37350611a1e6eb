import assert from "node:assert/strict";
import { after, before } from "node:test";
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  ConsoleMessage,
  Page,
} from "playwright-core";
import { launch } from "./chromium.js";
import { type Demo, PASSWORD, startDemo } from "./gateway.js";

/** How long anything may take to show. */
const PATIENCE_MS = 15_000;

export interface Visit {
  page: Page;
  context: BrowserContext;
  demo: Demo;
}

export interface VisitOptions extends BrowserContextOptions {
  /** What the browser is going to complain of: `401 /api/auth/login`. Anything else fails the test, and so does silence. */
  complaints?: (string | RegExp)[];
}

/** A demo and a browser for the tests of one file; each visit has a browser profile of its own. */
export function panel(environment: Record<string, string> = {}) {
  let demo: Demo;
  let browser: Browser;
  before(async () => {
    [demo, browser] = await Promise.all([startDemo(environment), launch()]);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  /** Somebody comes to the panel. */
  async function visit(
    work: (visit: Visit) => Promise<void>,
    options: VisitOptions = {},
  ): Promise<void> {
    const { complaints = [], ...rest } = options;
    const context = await browser.newContext({ locale: "en-GB", baseURL: demo.url, ...rest });
    context.setDefaultTimeout(PATIENCE_MS);
    const heard = new Set<string>();
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) heard.add(complaint(message));
    });
    context.on("weberror", (error) => heard.add(`thrown: ${error.error().stack}`));
    try {
      await work({ page: await context.newPage(), context, demo });
      compare([...heard], complaints);
    } finally {
      await context.close();
    }
  }

  /** The admin comes to the panel, and goes to the page `path`. */
  function visitAsAdmin(
    path: string,
    work: (visit: Visit) => Promise<void>,
    options: VisitOptions = {},
  ): Promise<void> {
    return visit(async (visit) => {
      await signIn(visit.page, path);
      await work(visit);
    }, options);
  }

  return { visit, visitAsAdmin };
}

function compare(heard: string[], expected: (string | RegExp)[]): void {
  const fits = (one: string, other: string | RegExp) =>
    other instanceof RegExp ? other.test(one) : other === one;
  const unexpected = heard.filter((one) => !expected.some((other) => fits(one, other)));
  assert.deepEqual(unexpected, [], "the browser complained");
  const missing = expected.filter((other) => !heard.some((one) => fits(one, other)));
  assert.deepEqual(missing, [], "the browser did not complain");
}

/** A refused request as its status and path; everything else in its own words. */
function complaint(message: ConsoleMessage): string {
  const status = message.text().match(/the server responded with a status of (\d+)/)?.[1];
  return status ? `${status} ${new URL(message.location().url).pathname}` : message.text();
}

/** Signs in as people do, and is then at the page `path`. */
export async function signIn(page: Page, path = "/"): Promise<void> {
  await page.goto(`/admin/login?next=${encodeURIComponent(path)}`);
  await fillIn(page, "admin@lockstep.demo", PASSWORD);
  await page.waitForURL((url) => !url.pathname.endsWith("/login"));
}

/** Fills the sign-in form and sends it. */
export async function fillIn(page: Page, email: string, password: string): Promise<void> {
  await page.locator("input[name=email]").fill(email);
  await page.locator("input[name=password]").fill(password);
  await page.locator("button[type=submit]").click();
}

/** Waits until the page shows what it asked for, is connected, and nothing moves any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  await page.waitForFunction(() => {
    const waits = ".mantine-Loader-root, .mantine-Skeleton-root, [aria-busy=true]";
    const live = document.querySelector("[data-testid=live]");
    return !document.querySelector(waits) && live?.getAttribute("data-live") !== "false";
  });
  await page.evaluate(async () => {
    const finite = document
      .getAnimations()
      .filter((one) => one.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(finite.map((one) => one.finished));
  });
}
