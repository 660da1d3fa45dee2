/** Explored figures for tests, answering the question as the coordinator does. */
import type { Explored, ExploredValue, MetricDefinition } from "@/api/types";

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
