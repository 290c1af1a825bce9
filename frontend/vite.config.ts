import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Beside each file its compressed twin, which project/static.py sends. */
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
  // Where Django serves the built files, below `assetsDir`.
  base: "/static/",
  plugins: [react(), compressed()],
  build: {
    assetsDir: "ui",
    manifest: true,
    // Monaco is what it is; tests/browser/ holds the dashboard to its budget.
    chunkSizeWarningLimit: 8000,
    rolldownOptions: { input: ["index.html", "graphql/graphiql.html"] },
  },
  server: {
    // `npm run dev` beside a stack that runs.
    proxy: { "^/graphql/$": { target: "http://localhost:8000", ws: true } },
  },
});
