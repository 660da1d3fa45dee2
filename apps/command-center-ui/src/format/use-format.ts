/** Formatting in the reader's language and the store's time zone, as one hook. */
import i18next from "i18next";
import { useMemo } from "react";
import { useSession } from "@/api/session";
import { usePreferences } from "@/preferences/store";
import {
  formatCount,
  formatDecimal,
  formatMoney,
  formatPercent,
  formatQuantity,
  type Money,
} from "./money";
import {
  formatAge,
  formatClock,
  formatDate,
  formatDateTime,
  formatDay,
  formatDuration,
  formatExact,
  hourIn,
} from "./time";

/** The browser's own regional variant of the chosen language, e.g. `en-GB`. */
function localeOf(language: string): string {
  const regional = navigator.languages?.find((candidate) =>
    candidate.toLowerCase().startsWith(language),
  );
  return regional ?? (language === "nl" ? "nl-NL" : "en-GB");
}

/** The words the server gives for units, in the reader's language and number. */
function unitName(unit: string, value = ""): string {
  const key = `unit.${unit.replaceAll(" ", "_")}`;
  const count = Math.abs(Number(value)) === 1 ? 1 : 2;
  return i18next.t(key as "unit.days", { count, defaultValue: unit });
}

export function useFormat() {
  const { language } = usePreferences();
  const zone = useSession().data?.store?.timezone ?? "UTC";
  return useMemo(() => {
    const locale = localeOf(language);
    return {
      locale,
      zone,
      money: (money: Money, options?: Parameters<typeof formatMoney>[2]) =>
        formatMoney(money, locale, options),
      decimal: (value: string, options?: Parameters<typeof formatDecimal>[2]) =>
        formatDecimal(value, locale, options),
      percent: (value: string, options?: Parameters<typeof formatPercent>[2]) =>
        formatPercent(value, locale, options),
      quantity: (value: string, unit: string, options?: Parameters<typeof formatQuantity>[3]) =>
        formatQuantity(value, unitName(unit, value), locale, options),
      unit: unitName,
      count: (value: number) => formatCount(value, locale),
      dateTime: (iso: string) => formatDateTime(iso, locale, zone),
      exact: (iso: string) => formatExact(iso, locale, zone),
      clock: (iso: string) => formatClock(iso, locale, zone),
      day: (iso: string) => formatDay(iso, locale, zone),
      date: (day: string) => formatDate(day, locale),
      age: (iso: string, now: number) => formatAge(iso, now, locale),
      duration: (milliseconds: number) => formatDuration(milliseconds, locale),
      hour: (iso: string) => hourIn(iso, zone),
    };
  }, [language, zone]);
}

export type Format = ReturnType<typeof useFormat>;
