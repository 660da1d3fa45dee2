/** What the reader chose on this machine: theme, language, density. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "dark" | "light";
export type Language = "en" | "nl";
export type Density = "comfortable" | "standard" | "compact";

export interface Preferences {
  theme: Theme;
  language: Language;
  density: Density;
  onboardingHidden: boolean;
}

const KEY = "royal.preferences";

function systemLanguage(): Language {
  return navigator.language?.toLowerCase().startsWith("nl") ? "nl" : "en";
}

function read(): Preferences {
  const defaults: Preferences = {
    theme: "system",
    language: systemLanguage(),
    density: "standard",
    onboardingHidden: false,
  };
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return defaults;
  }
}

let current = read();
const listeners = new Set<() => void>();

export function preferences(): Preferences {
  return current;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Private windows may refuse storage; the choice then lasts for this page.
  }
  applyPreferences();
  for (const listener of listeners) listener();
}

export function applyPreferences(): void {
  const root = document.documentElement;
  if (current.theme === "system") delete root.dataset.theme;
  else root.dataset.theme = current.theme;
  root.dataset.density = current.density;
  root.lang = current.language;
  document
    .querySelector('meta[name="theme-color"]')
    ?.setAttribute("content", shownTheme() === "dark" ? "#0B0E14" : "#F7F4EC");
}

/** The theme on screen, with `system` resolved. */
export function shownTheme(): "dark" | "light" {
  if (current.theme !== "system") return current.theme;
  return globalThis.matchMedia?.("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

function subscribe(listener: () => void): () => void {
  const media = globalThis.matchMedia?.("(prefers-color-scheme: light)");
  listeners.add(listener);
  media?.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    media?.removeEventListener("change", listener);
  };
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences);
}

export function useShownTheme(): "dark" | "light" {
  return useSyncExternalStore(subscribe, shownTheme);
}
