/** Dates and ages in the store's own time zone, in the reader's language. */

const cache = new Map<string, Intl.DateTimeFormat>();

function formatter(
  locale: string,
  timeZone: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${locale}|${timeZone}|${JSON.stringify(options)}`;
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, { timeZone, ...options });
    cache.set(key, found);
  }
  return found;
}

export function formatDateTime(iso: string, locale: string, timeZone: string): string {
  return formatter(locale, timeZone, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date(iso));
}

export function formatExact(iso: string, locale: string, timeZone: string): string {
  return formatter(locale, timeZone, {
    dateStyle: "full",
    timeStyle: "long",
  }).format(new Date(iso));
}

export function formatClock(iso: string, locale: string, timeZone: string): string {
  // 24 hours in every language: a log's narrow column has no room for AM and PM.
  return formatter(locale, timeZone, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(new Date(iso));
}

export function formatDay(iso: string, locale: string, timeZone: string): string {
  return formatter(locale, timeZone, { weekday: "long", day: "numeric", month: "long" }).format(
    new Date(iso),
  );
}

/** A store-local calendar date such as `2026-11-22`; it has no zone, so none is applied. */
export function formatDate(day: string, locale: string): string {
  return formatter(locale, "UTC", { day: "numeric", month: "short", year: "numeric" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

export function hourIn(iso: string, timeZone: string): number {
  return Number(
    new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", hourCycle: "h23" }).format(
      new Date(iso),
    ),
  );
}

const STEPS: [limit: number, unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  [60, "second", 1],
  [3600, "minute", 60],
  [86_400, "hour", 3600],
  [86_400 * 60, "day", 86_400],
  [Number.POSITIVE_INFINITY, "month", 86_400 * 30],
];

/** "3 min ago" or "in 2 days", measured between two instants of the same clock. */
export function formatAge(iso: string, now: number, locale: string): string {
  const seconds = Math.round((Date.parse(iso) - now) / 1000);
  const step = STEPS.find(([limit]) => Math.abs(seconds) < limit);
  const [, unit, size] = step ?? ["", "month" as const, 86_400 * 30];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" }).format(
    Math.trunc(seconds / size),
    unit,
  );
}

/** A duration for reading: `840 ms`, `2.4 s`, `3 min 12 s`. */
export function formatDuration(milliseconds: number, locale: string): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) {
    return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(seconds)} s`;
  }
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
