/** Starts the page: language, kept answers, the live feed, then React. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./styles/index.css";
import { App } from "./App";
import { listenForKeys } from "./commands/keyboard";
import { startI18n } from "./i18n";
import { startLive } from "./live";
import { applyPreferences, preferences } from "./preferences/store";
import { createQueries } from "./queries";

applyPreferences();
const queries = createQueries();
startLive(queries);
listenForKeys();

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  globalThis.addEventListener("load", () => {
    navigator.serviceWorker.register("/sw.js").catch(() => {
      // Without it only the offline shell is missing.
    });
  });
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
await startI18n(preferences().language);
createRoot(root).render(
  <StrictMode>
    <App queries={queries} />
  </StrictMode>,
);
