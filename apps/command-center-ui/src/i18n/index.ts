/**
 * Dutch and English. The shell's texts come with the first visit, in the chosen language only; the
 * words of runs and decisions and a module's own texts come with its page (`loadTexts`).
 */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { Language } from "@/preferences/store";
import type { Texts } from "./texts";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Texts };
  }
}

type Load = () => Promise<{ default: object }>;

const shell: Record<Language, Load> = {
  en: () => import("./en.json"),
  nl: () => import("./nl.json"),
};
const ofModules = import.meta.glob<{ default: object }>("../{modules/*,work}/texts.*.json");

/** The words of runs and decisions, which every page may say and the first visit need not wait for. */
export const WORK = "work";

/** The modules whose pages were opened: their texts follow a change of language. */
const opened = new Set<string>();

async function fetchTexts(language: Language): Promise<void> {
  const loads = [shell[language], ...[...opened].map((module) => textsOf(module, language))];
  const bundles = await Promise.all(loads.map((load) => load()));
  for (const { default: texts } of bundles) {
    i18next.addResourceBundle(language, "translation", texts, true, true);
  }
}

function textsOf(module: string, language: Language): Load {
  const folder = module === WORK ? WORK : `modules/${module}`;
  const load = ofModules[`../${folder}/texts.${language}.json`];
  if (!load) throw new Error(`src/${folder} has no texts.${language}.json`);
  return load;
}

export async function startI18n(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: {},
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await fetchTexts(language);
}

/** Fetches the texts of one module, in the language in use. */
export async function loadTexts(module: string): Promise<void> {
  opened.add(module);
  const language = i18next.language as Language;
  const { default: texts } = await textsOf(module, language)();
  i18next.addResourceBundle(language, "translation", texts, true, true);
}

export async function changeLanguage(language: Language): Promise<void> {
  await fetchTexts(language);
  await i18next.changeLanguage(language);
}
