/** Dutch and English; only the chosen language is fetched. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { Language } from "@/preferences/store";
import type en from "./en.json";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

const load: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import("./en.json"),
  nl: () => import("./nl.json"),
};

export async function startI18n(language: Language): Promise<void> {
  const { default: translation } = await load[language]();
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: { [language]: { translation } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}

export async function changeLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, "translation")) {
    const { default: translation } = await load[language]();
    i18next.addResourceBundle(language, "translation", translation);
  }
  await i18next.changeLanguage(language);
}
