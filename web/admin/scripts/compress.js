// Compresses what the gateway will serve, once and as far as it goes, and keeps the first load small.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Bytes of gzipped script that the first page may load. */
const FIRST_LOAD = 300_000;

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const compressible = new Set([".js", ".css", ".html", ".svg", ".json"]);

/** @type {Map<string, number>} */
const gzipped = new Map();
for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  const path = join(dist, name);
  // The page itself changes with every answer: it carries a nonce.
  if (name === "index.html" || !compressible.has(extname(name)) || !statSync(path).isFile()) {
    continue;
  }
  const content = readFileSync(path);
  const gzip = gzipSync(content, { level: 9 });
  writeFileSync(`${path}.gz`, gzip);
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(content, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11 },
    }),
  );
  gzipped.set(name, gzip.length);
}

const page = readFileSync(join(dist, "index.html"), "utf8");
const scripts = [...page.matchAll(/(?:src|href)="\/admin\/([^"]+\.js)"/g)].map((match) => match[1]);
const first = scripts.reduce((sum, name) => sum + (gzipped.get(name ?? "") ?? 0), 0);
process.stdout.write(`first load: ${(first / 1000).toFixed(1)} kB of gzipped script\n`);
if (first > FIRST_LOAD) {
  process.stderr.write(`The first load is larger than ${FIRST_LOAD / 1000} kB\n`);
  process.exit(1);
}
