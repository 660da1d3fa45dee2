/** Days of cover as a number, and its 80 % interval on a line of 60 days. */
import { useTranslation } from "react-i18next";
import type { StockRisk } from "@/api/types";
import { useFormat } from "@/format/use-format";

const SHOWN_DAYS = 60;
const SOON_DAYS = 14;

/** Where a number of days lies on the line, in percent; beyond its end at the end. */
export function placeOf(days: number | null): number {
  return days === null ? 100 : Math.min(100, (Math.max(days, 0) / SHOWN_DAYS) * 100);
}

export function CoverRange({ risk }: { risk: StockRisk }) {
  const { t } = useTranslation();
  const format = useFormat();
  const days = (value: number | null) =>
    value === null ? t("inventory.beyond") : format.count(value);
  const low = placeOf(risk.cover_low);
  const high = placeOf(risk.cover_high);
  const soon = risk.cover !== null && risk.cover < SOON_DAYS;
  const said = t("inventory.range", {
    point: days(risk.cover),
    low: days(risk.cover_low),
    high: days(risk.cover_high),
  });
  return (
    <span className="flex items-center gap-3" title={said}>
      <span aria-hidden="true" className={soon ? "w-14 text-warn" : "w-14"}>
        {days(risk.cover)}
      </span>
      <span className="sr-only">{said}</span>
      <svg
        aria-hidden="true"
        viewBox="0 0 100 12"
        preserveAspectRatio="none"
        className="h-3 flex-1 max-md:hidden"
      >
        <line x1="0" x2="100" y1="6" y2="6" className="stroke-line" strokeWidth="2" />
        <rect
          x={low}
          width={Math.max(high - low, 1.5)}
          y="3"
          height="6"
          className={soon ? "fill-warn" : "fill-info"}
          opacity="0.55"
        />
        <rect
          x={Math.min(placeOf(risk.cover), 98.5)}
          width="1.5"
          y="0"
          height="12"
          className="fill-fg"
        />
      </svg>
    </span>
  );
}
