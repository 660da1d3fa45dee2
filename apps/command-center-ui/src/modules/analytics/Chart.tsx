/** The figure over time: one line per slice, or one line beside the window it is compared with. */
import { lazy, Suspense, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Explored } from "@/api/types";
import { metricName, sliceName, unitOf } from "./words";

const SeriesChart = lazy(() => import("@/charts/SeriesChart"));
const HEIGHT = 260;
const MAX_LINES = 6;

interface ChartProps {
  found: Explored;
}

export function Chart({ found }: ChartProps) {
  const { t } = useTranslation();
  const { rows, names, unit } = useMemo(() => {
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
    return {
      names: lines.map((line) => line.name),
      unit: unitOf(found.metric, currency),
      rows: periods.map((period, index) => ({
        period,
        ...Object.fromEntries(
          lines.map((line) => [line.name, line.points[index]?.value.amount ?? null]),
        ),
      })),
    };
  }, [found, t]);
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
      />
    </Suspense>
  );
}
