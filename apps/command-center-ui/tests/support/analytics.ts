/** Explored figures for tests, answering the question as the coordinator does. */
import type {
  AnalyticsAccuracy,
  Anomaly,
  Explored,
  ExploredValue,
  MetricDefinition,
  MetricForecast,
  Report,
} from "@/api/types";

const metric = (name: string, change: Partial<MetricDefinition> = {}): MetricDefinition => ({
  name,
  unit: "money",
  formula: `The formula of ${name}`,
  unknown: "without an order",
  owner: "analytics",
  better: "up",
  additive: true,
  by_currency: true,
  dimensions: ["product", "country"],
  ...change,
});

export const METRICS = [
  metric("revenue_net"),
  metric("orders", { unit: "count", by_currency: false }),
  metric("cac", { better: "down", additive: false, dimensions: [] }),
];

const known = (amount: string, currency: string | null = "EUR"): ExploredValue => ({
  amount,
  currency,
  why: null,
  left_out: 0,
});

const slice = (key: string | null, label: string | null, amount: string, currency = "EUR") => ({
  key,
  label,
  total: known(amount, currency),
  compared: known("80.00", currency),
  change_percent: "25.0",
  points: [
    { period: "2026-11-20", value: known("40.00", currency) },
    { period: "2026-11-21", value: known("60.00", currency) },
  ],
  compared_points: [],
});

export function explored(query: URLSearchParams): Explored {
  const found = METRICS.find((each) => each.name === query.get("metric")) ?? metric("revenue_net");
  const unknown = {
    ...slice(null, null, "0"),
    total: { amount: null, currency: "EUR", why: "no_spend" as const, left_out: 0 },
    compared: null,
    change_percent: null,
    points: [],
  };
  const divided = [
    slice("p1", "Dressage saddle", "100.00"),
    slice(null, null, "20.00"),
    slice("p2", "Lead rope", "5.00", "USD"),
  ];
  const slices = query.get("dimension") ? divided : [slice(null, null, "100.00")];
  return {
    metric: found,
    from: "2026-10-25",
    to: "2026-11-21",
    grain: "day",
    dimension: query.get("dimension"),
    compare_from: "2026-09-27",
    compare_to: "2026-10-24",
    timezone: "Europe/Amsterdam",
    currency: "EUR",
    slices: found.name === "cac" ? [unknown] : slices,
    sql: "SELECT SUM(f.net) FROM fact_order f",
    parameters: { first: "2026-10-25" },
    engine: "duckdb",
    loaded: true,
    loaded_as_of: "2026-11-22T09:00:00Z",
    partial: false,
    cut: false,
    provenance: { source: "sandbox", as_of: "2026-11-22T09:39:00Z", partial: false },
  };
}

export const ROWS = {
  data: [
    {
      side: "top",
      fact: "order",
      row: "9001",
      day: "2026-11-20",
      currency: "EUR",
      amount: "40.00",
    },
  ],
  next_cursor: null,
  sql: "",
};

const provenance = { source: "sandbox", as_of: "2026-11-22T09:39:00Z", partial: false } as const;

export const ANOMALY: Anomaly = {
  id: "orders@2026-11-21",
  metric: "orders",
  day: "2026-11-21",
  unit: "count",
  currency: null,
  better: "up",
  value: "45",
  expected: "8",
  low: "5",
  high: "12",
  probability: "1e-09",
  also: ["revenue_net"],
  dimension: "country",
  causes: [{ key: "NO", label: "NO", power: "98", value: "45", expected: "0" }],
  found_at: "2026-11-22T01:20:00Z",
  raised: false,
  decision_id: "dec_alert",
  decision_status: "proposed",
  verdict: null,
  verdict_by: null,
  verdict_at: null,
};

export const REPORT: Report = {
  id: "2026-W46",
  first: "2026-11-09",
  last: "2026-11-15",
  composed_at: "2026-11-16T01:20:00Z",
  published_at: "2026-11-16T08:00:00Z",
  withdrawn_at: null,
  decision_id: "dec_report",
  decision_status: "executed",
};

export const ACCURACY: AnalyticsAccuracy = {
  days_watched: 30,
  figures_judged: 390,
  anomalies: 5,
  confirmed: 3,
  dismissed: 1,
  open: 1,
  confirmed_percent: "75.0",
  forecasts: [{ metric: "orders", days: 21, error_percent: "12.5", covered_percent: "81.0" }],
  provenance,
};

export const FORECAST: MetricForecast = {
  metric: "revenue_net",
  grain: "day",
  unit: "money",
  currency: "EUR",
  points: [{ period: "2026-11-22", expected: "55.00", low: "40.00", high: "70.00" }],
  why: null,
  method: "mean of SES",
  scored: 36,
  provenance,
};

/** What the world answers under /v1/analytics besides explored figures. */
export function insight(what: string, anomaly: Anomaly): unknown {
  const answers: Record<string, unknown> = {
    anomalies: {
      data: [anomaly],
      next_cursor: null,
      total: 1,
      watched_until: "2026-11-21",
      false_percent: "5",
      provenance,
    },
    forecast: FORECAST,
    reports: { data: [REPORT], provenance },
    accuracy: ACCURACY,
  };
  return answers[what];
}
