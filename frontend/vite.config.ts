import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Writes a compressed copy of each file, which project/static.py serves. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.fileName.endsWith(".html")) continue;
          const content = file.type === "chunk" ? file.code : file.source;
          this.emitFile({
            type: "asset",
            fileName: `${file.fileName}.gz`,
            source: gzipSync(content, { level: 9 }),
          });
        }
      },
    },
  };
}

export default defineConfig({
  // Django serves the built files from here, below `assetsDir`.
  base: "/static/",
  plugins: [react(), compressed()],
  build: {
    assetsDir: "ui",
    manifest: true,
    // Monaco is large; a test in tests/browser/ limits the size of the dashboard.
    chunkSizeWarningLimit: 8000,
    rolldownOptions: { input: ["index.html", "graphql/graphiql.html"] },
  },
  test: { coverage: { include: ["src/**"], reporter: [["text", { skipFull: true }]] } },
  server: {
    // `npm run dev` uses the API of a cluster that runs.
    proxy: { "^/graphql/$": { target: "http://localhost:8000", ws: true } },
  },
});
