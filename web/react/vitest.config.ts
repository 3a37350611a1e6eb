import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // The source, so that tests need no build before.
  resolve: {
    alias: {
      "@lockstep/client": fileURLToPath(new URL("../client/src/index.ts", import.meta.url)),
    },
  },
  test: { environment: "jsdom", testTimeout: 20_000, maxWorkers: 2 },
});
