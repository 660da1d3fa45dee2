import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import i18next from "i18next";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { loadTexts, startI18n, WORK } from "@/i18n";
import { endLive } from "@/live";
import { setPreferences } from "@/preferences/store";
import { server } from "./support/server";
import { FakeSocket } from "./support/socket";

const modulesWithTexts = Object.keys(import.meta.glob("../src/modules/*/texts.en.json")).map(
  (path) => path.split("/").at(-2) ?? "",
);

// Whole pages on a busy machine: patience instead of sleeps.
configure({
  asyncUtilTimeout: 15_000,
  getElementError: (message) => new Error(message?.split("\n")[0] ?? "not found"),
});

beforeAll(async () => {
  server.listen({ onUnhandledRequest: "error" });
  await startI18n("en");
  await Promise.all([WORK, ...modulesWithTexts].map(loadTexts));
});

beforeEach(() => {
  Object.defineProperty(globalThis, "WebSocket", {
    value: FakeSocket,
    configurable: true,
    writable: true,
  });
  globalThis.scrollTo = () => {};
  Element.prototype.scrollIntoView = () => {};
  globalThis.matchMedia = (query) =>
    ({
      // A wide screen with a mouse; the system prefers dark.
      matches: query.includes("min-width"),
      media: query,
      addEventListener: () => {},
      removeEventListener: () => {},
      addListener: () => {},
      removeListener: () => {},
    }) as unknown as MediaQueryList;
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  } as unknown as typeof ResizeObserver;
});

afterEach(async () => {
  cleanup();
  endLive();
  FakeSocket.all.length = 0;
  server.resetHandlers();
  localStorage.clear();
  setPreferences({ theme: "system", language: "en", density: "standard", onboardingHidden: false });
  await i18next.changeLanguage("en");
});

afterAll(() => server.close());
