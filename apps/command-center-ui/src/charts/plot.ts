/** What every plot shares: the design's colours and its axes. */
import type uPlot from "uplot";
import type { Format } from "@/format/use-format";

/** The order in which lines take their colours. */
export const HUES = ["accent", "info", "ok", "bad", "warn", "muted"] as const;

export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--c-${name}`).trim();
}

/** Days below, plain numbers at the left. */
export function axes(format: Format): uPlot.Axis[] {
  const axis = {
    stroke: token("muted"),
    font: '11px "Geist Variable", sans-serif',
    grid: { stroke: token("line"), width: 1 },
    ticks: { show: false },
  };
  const day = new Intl.DateTimeFormat(format.locale, {
    timeZone: "UTC",
    day: "numeric",
    month: "short",
  });
  return [
    {
      ...axis,
      space: 76,
      size: 26,
      values: (_u, splits) => splits.map((split) => day.format(split * 1000)),
    },
    {
      ...axis,
      // Room for the longest number: 44 px hold five characters.
      size: (_u, labels) => 16 + 6.5 * Math.max(4, ...(labels ?? []).map((l) => l.length)),
      values: (_u, splits) => splits.map((split) => format.count(split)),
    },
  ];
}
