/** Figures and values of dimensions in the reader's words. */
import type { TFunction } from "i18next";
import type { ExploredSlice, ExploredValue, MetricDefinition } from "@/api/types";
import type { Format } from "@/format/use-format";

export function metricName(name: string, t: TFunction): string {
  return t(`analytics.metric.${name}` as "analytics.metric.orders", { defaultValue: name });
}

export function dimensionName(name: string, t: TFunction): string {
  return t(`analytics.dimension.${name}` as "analytics.dimension.product", { defaultValue: name });
}

/** The unit under which a value is written: a currency, percent, hours, or none for a count. */
export function unitOf(metric: MetricDefinition, currency: string | null): string {
  if (metric.unit === "money") return currency ?? "";
  return metric.unit === "percent" || metric.unit === "hours" ? metric.unit : "";
}

export function shown(
  value: ExploredValue,
  metric: MetricDefinition,
  t: TFunction,
  format: Format,
): string {
  if (value.amount === null) return t(`analytics.why.${value.why ?? "no_rows"}`);
  return format.quantity(value.amount, unitOf(metric, value.currency));
}

/** What a slice is called; amounts that could not be converted say their currency. */
export function sliceName(
  slice: ExploredSlice,
  dimension: string | null,
  own: string,
  t: TFunction,
): string {
  const name = dimension === null ? t("analytics.all") : valueName(slice, dimension, t);
  const currency = slice.total.currency;
  return currency !== null && currency !== own ? `${name} (${currency})` : name;
}

function valueName(slice: ExploredSlice, dimension: string, t: TFunction): string {
  if (slice.key === null) return t("analytics.unknownKey");
  if (dimension === "customer" || dimension === "weekday") {
    return t(`analytics.${dimension}.${slice.key}` as "analytics.customer.new", {
      defaultValue: slice.key,
    });
  }
  if (dimension === "intent") {
    return t(`intent.${slice.key}` as "intent.other", { defaultValue: slice.key });
  }
  return slice.label ?? slice.key;
}
