/** What was found, in the reader's words; what has no words here is said as it was told. */
import type { TFunction } from "i18next";
import type { Phrase } from "@/api/types";

export function said(phrase: Phrase | undefined, told: string, t: TFunction): string {
  if (!phrase) return told;
  const params = { ...phrase.params };
  for (const [name, key] of Object.entries(phrase.terms)) {
    params[name] = word(key, {}, params[name] ?? "", t);
  }
  return word(phrase.key, params, told, t);
}

function word(key: string, params: Record<string, string>, told: string, t: TFunction): string {
  return t(`said.${key}` as "said.ring.title", { ...params, defaultValue: told });
}
