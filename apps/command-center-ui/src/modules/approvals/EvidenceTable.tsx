/** What was looked at: each value with its unit, source, query and as-of time. */
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
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
          className="grid grid-cols-[minmax(7rem,1fr)_minmax(0,auto)] gap-x-4 py-2 text-dense"
        >
          <Label of={item.label} />
          <span className="text-right tabular-nums">
            <Value item={item} />
          </span>
          <span className="col-span-2 text-meta text-muted">
            {t(`source.${item.source}` as "source.sandbox", { defaultValue: item.source })} ·{" "}
            {t("source.asOf")} <Moment at={item.as_of} />
            <span className="block font-mono text-caption break-words">{item.query}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What the server calls it, in the reader's words; what has none stays English and is marked so. */
function Label({ of }: { of: string }) {
  const { t } = useTranslation();
  const key = of
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_|_$/g, "");
  const name = t(`evidence.${key}` as "evidence.unit_cost", { defaultValue: "" });
  return name ? <span>{name}</span> : <span lang="en">{of}</span>;
}

function Value({ item }: { item: Evidence }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { value } = item;
  if (Array.isArray(value) && value.length > 2 && value.every(isNumeric)) {
    return (
      <span className="inline-flex items-center gap-2">
        <Sparkline values={value.map(String)} tone="accent" />
        {show(value.at(-1), item.unit, format, t)}
      </span>
    );
  }
  if (value === null || value === undefined) return <>{t("state.unknown")}</>;
  return <>{show(value, item.unit, format, t)}</>;
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value));
}

function show(value: unknown, unit: string, format: Format, t: TFunction): ReactNode {
  if (isNumeric(value)) return format.quantity(String(value), unit);
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    return [plain(value, format), unit && format.unit(unit)].filter(Boolean).join(" ");
  }
  if (typeof value === "object" && value !== null) return showParts(value, unit, format, t);
  return String(value);
}

function plain(value: unknown, format: Format): string {
  if (isNumeric(value)) return format.decimal(String(value));
  return Array.isArray(value)
    ? value.map((part) => plain(part, format)).join(" … ")
    : String(value);
}

/** An estimate is written as one: `16.8 (10.6 … 24.5) units per week`, `14 ± 4 days`. */
function showParts(value: object, unit: string, format: Format, t: TFunction): ReactNode {
  const parts = new Map(Object.entries(value).map(([name, part]) => [name, plain(part, format)]));
  const tail = unit ? ` ${format.unit(unit)}` : "";
  const [point, low, high] = ["point", "low", "high"].map((name) => parts.get(name));
  if (point && low && high) return `${point} (${low} … ${high})${tail}`;
  const [mean, deviation] = [parts.get("mean"), parts.get("sd")];
  if (mean && deviation) return `${mean} ± ${deviation}${tail}`;
  return Object.entries(value).map(([name, part]) => (
    <span key={name} className="block">
      {partName(name, t)} {show(part, partUnit(name, unit), format, t)}
    </span>
  ));
}

function partName(name: string, t: TFunction): string {
  return t(`evidencePart.${name}` as "evidencePart.fee_fixed", {
    defaultValue: name.replace(/_percent$/, "").replaceAll("_", " "),
  });
}

/** Several values share one unit line such as `percent, EUR`; the name tells which is whose. */
function partUnit(name: string, unit: string): string {
  if (name.endsWith("_percent")) return "percent";
  const rest = unit.split(", ").filter((each) => each !== "percent");
  return rest[0] ?? "";
}
