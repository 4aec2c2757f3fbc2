import { defineConfig, loadEnv } from "vite";

// Of `npm run dev`: where an argosy serves the API.
const server = loadEnv("", ".", "ARGOSY_").ARGOSY_URL ?? "http://127.0.0.1:8080";

// Addresses are relative, so that the console works below any path. Nothing is inlined: the page's
// Content-Security-Policy allows only files of its own origin.
export default defineConfig({
  base: "./",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: { "/v1": server, "/metrics": server },
  },
});
