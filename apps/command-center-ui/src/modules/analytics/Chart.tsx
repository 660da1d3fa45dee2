/** The figure over time: one line per slice, or one line beside the window it is compared with. */
import { lazy, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useMetricForecast } from "@/api/insights";
import type { Explored, MetricForecast } from "@/api/types";
import { metricName, sliceName, unitOf } from "./words";

const SeriesChart = lazy(() => import("@/charts/SeriesChart"));
const HEIGHT = 260;
const MAX_LINES = 6;

interface ChartProps {
  found: Explored;
}

export function Chart({ found }: ChartProps) {
  const { t } = useTranslation();
  // Only what is undivided and reaches the present has a future to be shown.
  const forecastable =
    !found.dimension && found.metric.additive && (found.grain === "day" || found.grain === "week");
  const forecast = useMetricForecast(found.metric.name, found.grain, forecastable && recent(found));
  const { rows, names, unit, ahead } = useMemo(() => {
    const first = found.slices[0];
    const currency = first?.total.currency ?? null;
    // Lines of unlike currencies would share a scale that is true for one of them.
    const alike = found.slices.filter((s) => s.points.length > 0 && s.total.currency === currency);
    const lines = alike.slice(0, MAX_LINES).map((slice) => ({
      name: found.dimension
        ? sliceName(slice, found.dimension, found.currency, t)
        : metricName(found.metric.name, t),
      points: slice.points,
    }));
    const only = alike.length === 1 ? alike[0] : undefined;
    if (only && only.compared_points.length > 0) {
      lines.push({ name: t("analytics.compared"), points: only.compared_points });
    }
    const periods = alike[0]?.points.map((point) => point.period) ?? [];
    const coming = comingOf(forecast.data, periods.at(-1));
    const ahead =
      coming.length > 0
        ? {
            expected: t("analytics.forecast.expected"),
            low: t("analytics.forecast.low"),
            high: t("analytics.forecast.high"),
          }
        : undefined;
    // The dashed line begins where the solid one ends, so that the eye can follow it.
    const now = lines[0]?.points.at(-1)?.value.amount ?? null;
    const join = ahead ? { [ahead.expected]: now, [ahead.low]: now, [ahead.high]: now } : {};
    return {
      names: lines.map((line) => line.name),
      unit: unitOf(found.metric, currency),
      ahead,
      rows: [
        ...periods.map((period, index) => ({
          period,
          ...Object.fromEntries(
            lines.map((line) => [line.name, line.points[index]?.value.amount ?? null]),
          ),
          ...(index === periods.length - 1 ? join : {}),
        })),
        ...coming.map((point) => ({
          period: point.period,
          ...(ahead && {
            [ahead.expected]: point.expected,
            [ahead.low]: point.low,
            [ahead.high]: point.high,
          }),
        })),
      ],
    };
  }, [found, forecast.data, t]);
  if (rows.length < 2) return null;
  return (
    <Suspense fallback={<div style={{ minHeight: HEIGHT }} />}>
      <SeriesChart
        rows={rows}
        x="period"
        ys={names}
        unit={unit}
        label={metricName(found.metric.name, t)}
        height={HEIGHT}
        ahead={ahead}
      />
      {ahead && (
        <p className="mt-2 text-meta text-muted">
          {forecast.data?.scored
            ? t("analytics.forecast.scored", { count: forecast.data.scored })
            : t("analytics.forecast.assumed")}
        </p>
      )}
      {forecast.data?.why === "short_history" && (
        <p className="mt-2 text-meta text-muted">{t("analytics.forecast.short")}</p>
      )}
    </Suspense>
  );
}

/** A window that ended long ago is not followed by what comes next week. */
function recent(found: Explored): boolean {
  const days = (Date.now() - Date.parse(found.to)) / 86_400_000;
  const asOf = found.loaded_as_of ? Date.parse(found.loaded_as_of) : Date.now();
  return Math.min(days, (asOf - Date.parse(found.to)) / 86_400_000) <= 8;
}

function comingOf(forecast: MetricForecast | undefined, last: string | undefined) {
  if (!forecast || last === undefined) return [];
  return forecast.points.filter((point) => point.period > last);
}
