/** The headline figures with their course, comparison, source and as-of time. */
import { useTranslation } from "react-i18next";
import { useMetrics } from "@/api/metrics";
import type { Figure, Metrics } from "@/api/types";
import { Sparkline } from "@/charts/Sparkline";
import { difference, isCurrency, signOf } from "@/format/money";
import { useFormat } from "@/format/use-format";
import { Segmented } from "@/ui/fields";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { Skeleton } from "@/ui/states";
import { TEXT, type Tone } from "@/ui/Tone";
import { useUrlState } from "@/ui/use-url-state";

/** Which figures lead, and whether more of them is good. */
const LEADING: Record<string, "up" | "down"> = {
  net_sales: "up",
  orders: "up",
  gross_margin: "up",
  stockout_risk: "down",
};

type Comparison = "previous" | "year";

export function Figures({ partial }: { partial: string | null }) {
  const { t } = useTranslation();
  const [search, setSearch] = useUrlState();
  const compare: Comparison = search.compare === "year" ? "year" : "previous";
  const query = useMetrics({ compare, grain: "day" });
  return (
    <section aria-label={t("today.figures")}>
      <QueryView query={query} partial={partial} skeleton={<Skeleton rows={2} />}>
        {(metrics) => (
          <>
            <div className="grid grid-cols-2 gap-3 lg:grid-cols-4">
              {shown(metrics).map((figure) => (
                <FigureCard key={figure.name} figure={figure} metrics={metrics} />
              ))}
            </div>
            <div className="mt-2 flex flex-wrap items-center justify-between gap-2">
              <Source provenance={metrics.provenance} />
              <Segmented<Comparison>
                label={t("today.compare")}
                value={compare}
                onChange={(value) => setSearch({ compare: value === "year" ? value : "" })}
                options={[
                  { value: "previous", label: t("today.previous") },
                  { value: "year", label: t("today.year") },
                ]}
              />
            </div>
          </>
        )}
      </QueryView>
    </section>
  );
}

function shown(metrics: Metrics): Figure[] {
  return Object.keys(LEADING).flatMap(
    (name) => metrics.figures.find((figure) => figure.name === name) ?? [],
  );
}

function FigureCard({ figure, metrics }: { figure: Figure; metrics: Metrics }) {
  const { t } = useTranslation();
  const format = useFormat();
  const days = metrics.periods.length;
  const label = t(`figure.${figure.name}` as "figure.orders", { defaultValue: figure.label });
  const value =
    figure.value === null
      ? t("state.unknown")
      : format.quantity(figure.value, unitShown(figure.unit), {
          whole: isCurrency(figure.unit),
          digits: 1,
        });
  const change = changeOf(figure);
  return (
    <div className="brass-rule flex min-w-0 flex-col rounded-card border border-line bg-surface px-4 py-3">
      <p className="truncate text-meta text-muted">
        {label}
        {figure.name !== "stockout_risk" && `, ${t("today.days", { count: days })}`}
      </p>
      <p className="display mt-1 text-h2 max-md:text-h3">{value}</p>
      <div className="mt-auto flex items-end justify-between gap-2 pt-1">
        <p className={`text-dense ${TEXT[change.tone]}`}>
          {change.percent === null ? (
            <span className="text-meta text-muted">{figure.note ?? t("today.noComparison")}</span>
          ) : (
            <>
              {change.points === null
                ? format.percent(change.percent, { signed: true })
                : t("today.points", {
                    value: format.decimal(change.points, { signed: true, digits: 1 }),
                  })}
              <span className="sr-only"> {t(`today.against.${compareKey(metrics)}`)}</span>
            </>
          )}
        </p>
        <Sparkline values={figure.series} tone={change.tone === "muted" ? "accent" : change.tone} />
      </div>
    </div>
  );
}

/** Orders are counted without repeating the word; everything else keeps its unit. */
function unitShown(unit: string): string {
  return unit === "orders" ? "" : unit;
}

function compareKey(metrics: Metrics): "previous" | "year" {
  const { compare_from: start, from } = metrics;
  return start && Date.parse(from) - Date.parse(start) > 300 * 86_400_000 ? "year" : "previous";
}

interface Change {
  percent: string | null;
  /** What is itself a percentage changes by points: a percentage of one misleads. */
  points: string | null;
  tone: Tone;
}

function changeOf(figure: Figure): Change {
  const percent = figure.change_percent;
  const points =
    figure.unit === "percent" && figure.value !== null && figure.previous !== null
      ? difference(figure.value, figure.previous)
      : null;
  const sign = signOf(percent ?? "0");
  if (sign === 0) return { percent, points, tone: "muted" };
  const good = sign > 0 === (LEADING[figure.name] !== "down");
  return { percent, points, tone: good ? "ok" : "warn" };
}
