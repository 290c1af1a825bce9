import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  server: {
    // During development, the API of a local cluster appears on the page's own origin.
    proxy: { "/graphql/": { target: "http://localhost:8000", ws: true } },
  },
});
