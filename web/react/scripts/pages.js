// Writes the code on the pages for each audience, and in the READMEs, as modules, so that `tsc` can say whether it works.
import { mkdir, readFile, writeFile } from "node:fs/promises";

const root = new URL("../../../", import.meta.url);
const folder = new URL("../pages/generated/", import.meta.url);
const PAGES = [
  "docs/storefront.md",
  "docs/partner-app.md",
  "docs/admin.md",
  "web/client/README.md",
  "web/react/README.md",
];

await mkdir(folder, { recursive: true });
for (const page of PAGES) {
  const text = await readFile(new URL(page, root), "utf8");
  const blocks = [...text.matchAll(/^```tsx?\n(.*?)^```/gms)].map(([, code]) => code);
  if (blocks.length === 0) throw new Error(`${page} has no code`);
  const name = page.replaceAll(/[/.]/g, "-");
  await writeFile(new URL(`${name}.tsx`, folder), `${blocks.join("\n")}\nexport {};\n`);
}
