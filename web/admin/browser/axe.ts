import axe from "axe-core";
import type { Page } from "playwright-core";

/** What hinders somebody with an impairment seriously on the page as it is. */
export async function hindrances(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ["violations"],
    }),
  );
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ help, nodes }) =>
      nodes.map(({ html }) => `${new URL(page.url()).pathname}: ${help}: ${html}`),
    );
}
