/** What is asked: measure, window, grain, dimension and comparison. */
import { useTranslation } from "react-i18next";
import type { MetricDefinition } from "@/api/types";
import { Segmented, Select } from "@/ui/fields";
import { dimensionName, metricName } from "./words";

export const GRAINS = ["day", "week", "month", "quarter"] as const;
export const COMPARISONS = ["previous", "year", "none"] as const;
const WINDOWS = ["7", "28", "91", "182", "365", "730"];

export interface Choices {
  metric: string;
  days: string;
  grain: (typeof GRAINS)[number];
  dimension: string;
  compare: (typeof COMPARISONS)[number];
}

interface ControlsProps {
  metrics: MetricDefinition[];
  choices: Choices;
  onChange: (change: Record<string, string>) => void;
}

export function Controls({ metrics, choices, onChange }: ControlsProps) {
  const { t } = useTranslation();
  const metric = metrics.find((each) => each.name === choices.metric);
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <Select
        label={t("analytics.measure")}
        value={choices.metric}
        onChange={(name) => onChange({ metric: name, dimension: "", by: "", value: "" })}
        options={metrics.map((each) => ({ value: each.name, label: metricName(each.name, t) }))}
      />
      <Select
        label={t("analytics.window")}
        value={choices.days}
        onChange={(days) => onChange({ days })}
        options={WINDOWS.map((days) => ({
          value: days,
          label: t("analytics.lastDays", { count: Number(days) }),
        }))}
      />
      <Select
        label={t("analytics.by")}
        value={choices.dimension}
        onChange={(dimension) => onChange({ dimension })}
        options={[
          { value: "", label: t("analytics.undivided") },
          ...(metric?.dimensions ?? []).map((name) => ({
            value: name,
            label: dimensionName(name, t),
          })),
        ]}
      />
      <Segmented
        label={t("analytics.grain")}
        value={choices.grain}
        onChange={(grain) => onChange({ grain })}
        options={GRAINS.map((value) => ({ value, label: t(`analytics.grains.${value}`) }))}
      />
      <Segmented
        label={t("analytics.comparison")}
        value={choices.compare}
        onChange={(compare) => onChange({ compare })}
        options={COMPARISONS.map((value) => ({
          value,
          label: t(`analytics.comparisons.${value}`),
        }))}
      />
    </div>
  );
}
