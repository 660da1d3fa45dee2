import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";

const coordinator = process.env.ROYAL_COORDINATOR ?? "http://127.0.0.1:10000";

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    VitePWA({
      strategies: "injectManifest",
      srcDir: "src",
      filename: "sw.ts",
      injectRegister: false,
      includeManifestIcons: false,
      manifest: {
        name: "Royal Equips Orchestrator",
        short_name: "Royal Equips",
        description: "Seven agents run the store; you decide.",
        start_url: "/",
        display: "standalone",
        background_color: "#0B0E14",
        theme_color: "#0B0E14",
        icons: [
          { src: "/icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" },
          { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any maskable" },
        ],
      },
      injectManifest: {
        globPatterns: ["index.html", "theme.js", "icon.svg", "assets/*.{js,css,woff2}"],
      },
    }),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // The budgets script reads the manifest to know which files a first visit loads.
  build: {
    manifest: true,
    target: "es2023",
    sourcemap: false,
    assetsInlineLimit: 2048,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every page needs travels as one file: it compresses better and changes rarely.
          groups: [
            {
              name: "vendor",
              test: /node_modules[\\/].*(react|react-dom|scheduler|@tanstack[\\/](react-router|router-core|history|react-query|query-core|react-store|store)|i18next|react-i18next|openapi-fetch|use-sync-external-store)[\\/]/,
              tags: ["$initial"],
            },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      "/v1": { target: coordinator, changeOrigin: true },
      "/login": { target: coordinator, changeOrigin: true },
      "/ws": { target: coordinator, ws: true, changeOrigin: true },
    },
  },
});
