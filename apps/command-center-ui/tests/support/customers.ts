/** Two customers, one segment, a valuation and cohorts of the small store. */
import type { Cohorts, Customer, CustomerDetail, Segment, Valuation } from "@/api/types";

type Provenance = Valuation["provenance"];

const eur = (amount: string) => ({ amount, currency: "EUR" });
const RULE = "orders >= 2 and last_order before 90 days ago";

const ROSA: Customer = {
  id: "cus_1",
  name: "Rosa Reiter",
  country: "DE",
  orders: 4,
  spent: eur("840.00"),
  first_order_at: "2025-02-01T09:00:00Z",
  last_order_at: "2025-07-01T09:00:00Z",
  expected: {
    alive_percent: "61.5",
    churn_risk_percent: "42",
    next_order: "2026-02-14",
    orders: "2.4",
    orders_low: "0",
    orders_high: "5",
    value: eur("498.20"),
    value_low: eur("0"),
    value_high: eur("1038.00"),
    recency_score: 2,
    frequency_score: 5,
    monetary_score: 5,
  },
  email_consent: {
    state: "subscribed",
    level: "confirmed_opt_in",
    at: "2025-02-01T09:00:00Z",
    location: null,
    source: null,
  },
  sms_consent: null,
};
const NOBODY: Customer = {
  ...ROSA,
  id: "cus_2",
  name: null,
  country: null,
  orders: 0,
  spent: eur("0"),
  first_order_at: null,
  last_order_at: null,
  expected: null,
  email_consent: null,
};
export const CUSTOMERS = [ROSA, NOBODY];

export const SEGMENT: Segment = {
  id: "seg_1",
  name: "Slipping away",
  rule: RULE,
  version: 3,
  members: 1,
  created_by: "ada",
  created_at: "2025-11-01T09:00:00Z",
  changed_by: "ada",
  changed_at: "2025-11-01T09:00:00Z",
};

export const FACTS = {
  data: [
    { name: "orders", kind: "count", meaning: "Orders that were not cancelled." },
    { name: "last_order", kind: "day", meaning: "Day of the latest order." },
    { name: "spent", kind: "money", meaning: "Net sales to the customer." },
  ],
  currency: "EUR",
};

export function customerDetail(id: string, provenance: Provenance): CustomerDetail | undefined {
  const customer = CUSTOMERS.find((each) => each.id === id);
  if (!customer) return undefined;
  return {
    ...customer,
    today: "2025-11-22",
    facts: [
      { name: "orders", kind: "count", value: "4" },
      { name: "spent", kind: "money", value: "840.00" },
      { name: "last_order", kind: "day", value: "2025-07-01" },
      { name: "churn_risk", kind: "share", value: "0.42" },
      { name: "country", kind: "code", value: null },
    ],
    explanations: [
      {
        segment_id: SEGMENT.id,
        name: SEGMENT.name,
        rule: RULE,
        outcome: true,
        fault: null,
        findings: [
          { depth: 0, text: RULE, outcome: true, fact: null, kind: null, actual: null },
          {
            depth: 1,
            text: "orders >= 2",
            outcome: true,
            fact: "orders",
            kind: "count",
            actual: "4",
          },
          {
            depth: 1,
            text: "last_order before 90 days ago",
            outcome: true,
            fact: "last_order",
            kind: "day",
            actual: "2025-07-01",
          },
        ],
      },
    ],
    provenance,
  };
}

export function valuation(provenance: Provenance): Valuation {
  return {
    day: "2025-11-22",
    reason: null,
    customers: 1203,
    currency: "EUR",
    orders: { expected: "1812.4", low: "1740", high: "1890" },
    value: { expected: "152300", low: "146000", high: "159000" },
    order_model: [
      { name: "r", value: 0.31, error: 0.02 },
      { name: "b", value: 148_000, error: null },
    ],
    spend_model: [{ name: "p", value: 6.2, error: 1.1 }],
    check: {
      weeks: 13,
      customers: 1100,
      orders: { expected: "402.2", low: "377", high: "428" },
      actual: 398,
      rmse: 0.61,
      rmse_naive: 1.02,
    },
    provenance,
  };
}

export function cohorts(provenance: Provenance): Cohorts {
  return {
    data: [
      { month: "2025-09", size: 40, active: [40, 10, 4], net: ["4000.00", "4900.00", "5200.00"] },
      { month: "2025-11", size: 12, active: [12], net: [null] },
    ],
    this_month: "2025-11",
    currency: "EUR",
    provenance,
  };
}

/** What the coordinator says of a rule: this store reads one kind of test. */
export function preview(rule: string, provenance: Provenance) {
  const wrong = rule.search(/[^a-z0-9_<>= ]/);
  return {
    members: wrong < 0 ? (rule.includes("orders") ? 1 : 0) : null,
    customers: CUSTOMERS.length,
    fault: wrong < 0 ? null : { reason: "This means nothing here.", position: wrong, length: 1 },
    provenance,
  };
}
