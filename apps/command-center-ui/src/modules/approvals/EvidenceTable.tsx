/** What was looked at: each value with its unit, source, query and as-of time. */
import { useTranslation } from "react-i18next";
import type { Evidence } from "@/api/types";
import { Sparkline } from "@/charts/Sparkline";
import { type Format, useFormat } from "@/format/use-format";
import { Moment } from "@/ui/Time";

export function EvidenceTable({ evidence }: { evidence: Evidence[] }) {
  const { t } = useTranslation();
  if (evidence.length === 0) return <p className="text-dense text-muted">{t("why.noEvidence")}</p>;
  return (
    <ul className="divide-y divide-line border-y border-line">
      {evidence.map((item) => (
        <li
          key={`${item.label}|${item.query}`}
          className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 py-2 text-dense"
        >
          <span>{item.label}</span>
          <span className="text-right tabular-nums">
            <Value item={item} />
          </span>
          <span className="col-span-2 text-meta text-muted">
            {item.source} · {t("source.asOf")} <Moment at={item.as_of} />
            <span className="block font-mono text-caption break-words">{item.query}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Value({ item }: { item: Evidence }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { value } = item;
  if (Array.isArray(value) && value.length > 2 && value.every(isNumeric)) {
    return (
      <span className="inline-flex items-center gap-2">
        <Sparkline values={value.map(String)} tone="accent" />
        {show(value.at(-1), item.unit, format)}
      </span>
    );
  }
  if (value === null || value === undefined) return <>{t("state.unknown")}</>;
  return <>{show(value, item.unit, format)}</>;
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value));
}

function show(value: unknown, unit: string, format: Format): string {
  if (isNumeric(value)) return format.quantity(String(value), unit);
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    return value.map((part) => show(part, "", format)).join(" … ") + (unit ? ` ${unit}` : "");
  }
  if (typeof value === "object" && value !== null) return showParts(value, unit, format);
  return String(value);
}

/** An estimate is written as one: `16.8 (10.6 … 24.5) units per week`, `14 ± 4 days`. */
function showParts(value: object, unit: string, format: Format): string {
  const parts = new Map(
    Object.entries(value).map(([name, part]) => [name, show(part, "", format)]),
  );
  const tail = unit ? ` ${unit}` : "";
  const [point, low, high] = ["point", "low", "high"].map((name) => parts.get(name));
  if (point && low && high) return `${point} (${low} … ${high})${tail}`;
  const [mean, deviation] = [parts.get("mean"), parts.get("sd")];
  if (mean && deviation) return `${mean} ± ${deviation}${tail}`;
  return [...parts].map(([name, part]) => `${name} ${part}`).join(", ") + tail;
}
