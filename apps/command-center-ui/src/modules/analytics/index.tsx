/** Analytics: one measure by period and dimension, compared, down to its SQL and its rows. */
import { Download } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { exportAddress, type Question, useExplored, useMetricList } from "@/api/analytics";
import type { Explored, ExploredSlice } from "@/api/types";
import { useCommands } from "@/commands/registry";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Segmented } from "@/ui/fields";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { useUrlState } from "@/ui/use-url-state";
import { Anomalies } from "./Anomalies";
import { Chart } from "./Chart";
import { type Choices, COMPARISONS, Controls, GRAINS } from "./Controls";
import { Drill } from "./Drill";
import { Reports } from "./Reports";
import { ChangeOf, Slices } from "./Slices";
import { Track } from "./Track";
import { dimensionName, metricName, shown, sliceName } from "./words";

const UNKNOWN_KEY = "?";
const VIEWS = ["explore", "found", "reports", "record"] as const;
const A_DAY = /^\d{4}-\d{2}-\d{2}$/;
type Search = Record<string, string | undefined>;

function oneOf<T extends string>(value: string | undefined, all: readonly T[], otherwise: T): T {
  return all.find((each) => each === value) ?? otherwise;
}

function choicesOf(search: Search): Choices {
  return {
    metric: search.metric ?? "revenue_net",
    days: search.days ?? "28",
    grain: oneOf(search.grain, GRAINS, "day"),
    dimension: search.dimension ?? "",
    compare: oneOf(search.compare, COMPARISONS, "previous"),
  };
}

function questionOf(choices: Choices, search: Search): Question {
  const days = Number(choices.days);
  return {
    metric: choices.metric,
    grain: choices.grain,
    compare: choices.compare,
    ...windowOf(search, Number.isInteger(days) && days > 0 && days <= 3660 ? days : 28),
    ...(choices.dimension ? { dimension: choices.dimension } : {}),
    ...(search.by && search.value ? { filter_by: search.by, filter: search.value } : {}),
  };
}

/** The days named in the address, as reports and anomalies link to them, or the last ones. */
function windowOf(search: Search, days: number): Pick<Question, "days" | "from" | "to"> {
  const { from, to } = search;
  if (from && to && A_DAY.test(from) && A_DAY.test(to)) return { from, to };
  return { days };
}

export default function Analytics() {
  const { t } = useTranslation();
  const [search, setSearch] = useUrlState();
  const view = oneOf(search.view, VIEWS, "explore");
  const views = (
    <div className="mb-4">
      <Segmented
        label={t("analytics.views.label")}
        value={view}
        onChange={(chosen) => setSearch({ view: chosen === "explore" ? "" : chosen })}
        options={VIEWS.map((each) => ({ value: each, label: t(`analytics.views.${each}`) }))}
      />
    </div>
  );
  if (view === "explore") return <Explore views={views} />;
  return (
    <>
      <PageHeader title={t("nav.analytics")} />
      {views}
      {view === "found" && <Anomalies />}
      {view === "reports" && <Reports />}
      {view === "record" && <Track />}
    </>
  );
}

function Explore({ views }: { views: ReactNode }) {
  const { t } = useTranslation();
  const [search, setSearch] = useUrlState();
  const metrics = useMetricList();
  const choices = choicesOf(search);
  const question = questionOf(choices, search);
  const query = useExplored(question);
  const narrowed = Boolean(search.by && search.value);
  const clear = () => setSearch({ by: "", value: "", named: "" });
  useCommands([
    {
      id: "analytics.export",
      group: "act",
      label: t("analytics.export"),
      run: () => globalThis.location.assign(exportAddress(question)),
    },
  ]);
  const narrow = (slice: ExploredSlice) =>
    setSearch({
      by: choices.dimension,
      value: slice.key ?? UNKNOWN_KEY,
      named: sliceName(slice, choices.dimension, slice.total.currency ?? "", t),
      dimension: "",
    });
  return (
    <>
      <PageHeader
        title={t("nav.analytics")}
        aside={
          query.data && (
            <>
              <Source provenance={query.data.provenance} />
              <a
                className="inline-flex h-8 items-center gap-2 rounded-row border border-line-strong bg-surface px-3 font-medium text-fg hover:bg-raised max-md:min-h-11"
                href={exportAddress(question)}
                download
              >
                <Download size={16} aria-hidden="true" />
                {t("analytics.export")}
              </a>
            </>
          )
        }
      />
      {views}
      <Controls
        metrics={metrics.data?.data ?? []}
        choices={choices}
        onChange={(change) => setSearch({ from: "", to: "", ...change })}
      />
      {narrowed && (
        <p className="mb-3 flex flex-wrap items-center gap-2 text-dense">
          {t("analytics.only", {
            dimension: dimensionName(search.by ?? "", t),
            value: search.named ?? search.value,
          })}
          <Button small variant="plain" onClick={clear}>
            {t("state.clearFilters")}
          </Button>
        </p>
      )}
      <QueryView
        query={query}
        isEmpty={(found) => !found.loaded}
        empty={{ title: t("analytics.emptyTitle"), body: t("analytics.emptyBody") }}
        partial={query.data?.partial ? t("analytics.partial") : null}
      >
        {(found) => (
          <>
            <Headline found={found} />
            {found.dimension && (
              <Slices found={found} title={dimensionName(found.dimension, t)} onNarrow={narrow} />
            )}
            <Drill key={JSON.stringify(question)} found={found} question={question} />
          </>
        )}
      </QueryView>
    </>
  );
}

function Headline({ found }: { found: Explored }) {
  const { t } = useTranslation();
  const format = useFormat();
  const named = metricName(found.metric.name, t);
  const days = t("analytics.days", { from: format.date(found.from), to: format.date(found.to) });
  const against =
    found.compare_from && found.compare_to
      ? t("analytics.days", {
          from: format.date(found.compare_from),
          to: format.date(found.compare_to),
        })
      : null;
  return (
    <Card brass title={named} aside={days}>
      {!found.dimension && (
        <ul className="mb-3 flex flex-wrap gap-x-10 gap-y-2">
          {found.slices.map((slice) => (
            <li key={slice.total.currency ?? ""}>
              <span className="font-display text-h2 tabular-nums">
                {shown(slice.total, found.metric, t, format)}
              </span>
              {slice.compared && (
                <span className="ml-3 text-dense text-muted">
                  <ChangeOf slice={slice} better={found.metric.better} />{" "}
                  {t("analytics.against", {
                    value: shown(slice.compared, found.metric, t, format),
                    days: against,
                  })}
                </span>
              )}
              {slice.total.left_out > 0 && (
                <span className="block text-meta text-warn">
                  {t("analytics.leftOut", {
                    count: slice.total.left_out,
                    value: format.count(slice.total.left_out),
                  })}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <Chart found={found} />
      {found.loaded_as_of && (
        <p className="mt-2 text-meta text-muted">
          {t("analytics.asOf", {
            engine: found.engine === "bigquery" ? "BigQuery" : "DuckDB",
            at: format.dateTime(found.loaded_as_of),
            zone: found.timezone,
          })}
        </p>
      )}
    </Card>
  );
}
