import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The gateway that `npm run dev` talks to. */
const gateway = process.env.GATEWAY ?? "http://127.0.0.1:3000";
const proxied = ["/api", "/bookings", "/users", "/socket.io", "/docs", "/readyz"];

export default defineConfig({
  base: "/admin/",
  plugins: [react()],
  build: {
    outDir: "dist",
    // dist/.gitignore stays, so that the gateway's build script always has a folder to watch.
    emptyOutDir: false,
    target: "es2022",
    // The policy of the page forbids data: scripts, and small files are cached like large ones.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: Object.fromEntries(
      proxied.map((path) => [path, { target: gateway, ws: path === "/socket.io" }]),
    ),
  },
});
