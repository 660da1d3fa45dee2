/** Orders on their way for tests: one held for its risk, one late at a supplier. */
import type { Fulfilment, OrderWay } from "@/api/types";

const provenance = (now: string) => ({ source: "sandbox" as const, as_of: now, partial: false });

export function fulfilment(now: string): Fulfilment {
  return {
    open: 12,
    learned_bad: 3,
    learned_good: 140,
    orders: [
      {
        order_id: "order_0",
        name: "#1800",
        processed_at: now,
        total: { amount: "410.00", currency: "EUR" },
        score: 0.82,
        level: "high",
        held: true,
        promised_at: null,
        snags: ["late"],
      },
    ],
    record: {
      orders: 60,
      bad: 4,
      flagged: 5,
      caught: 3,
      threshold: 0.35,
      precision: 0.6,
      recall: 0.75,
      brier: 0.031,
      bins: [{ low: 0, high: 0.02, orders: 50, mean_score: 0.01, bad: 0 }],
    },
    promises: [
      {
        supplier_id: "sup_1",
        name: "Northern Tack",
        judged: 9,
        on_time: 8,
        share: 0.89,
        low: 0.7,
        high: 0.96,
      },
    ],
    kept: {
      days: 120,
      judged: 40,
      kept: 36,
      overdue: 1,
      unknown: 3,
      share: 0.9,
      low: 0.82,
      high: 0.95,
    },
    provenance: provenance(now),
  };
}

const option = {
  source: "sup_1",
  source_name: "Northern Tack",
  own: false,
  line_id: "line_1",
  article: "N-9",
  unit_cost: "9.80",
  shipping: "2.95",
  expected_cost: "15.20",
  arrives_by: "2026-11-26T23:00:00Z",
  capacity: 40,
  on_time: 0.7,
  quantity: 2,
  reason: null,
};

export function orderWay(now: string): OrderWay {
  return {
    order_id: "order_0",
    risk: {
      score: 0.82,
      base: 0.01,
      level: "high",
      factors: [
        {
          name: "disposable_mail",
          contribution: 0.5,
          reason: "The mail address is of a kind that is thrown away.",
        },
        {
          name: "shared_address",
          contribution: 0.35,
          reason: "2 other customers at this address within 30 days.",
        },
        {
          name: "known_customer",
          contribution: -0.04,
          reason: "1 earlier orders of this customer.",
        },
      ],
      learned_bad: 3,
      learned_good: 140,
      outcome: null,
      outcome_why: null,
    },
    route: {
      routed_at: now,
      promised_at: "2026-11-26T23:00:00Z",
      currency: "EUR",
      parts: [option],
      left: [
        {
          ...option,
          source: "sup_2",
          source_name: "Southern Tack",
          quantity: null,
          reason: "2.10 more for one unit, counted with waiting and lateness.",
          shipping: null,
          on_time: null,
        },
      ],
      unserved: [
        {
          line_id: "line_2",
          title: "Fly mask",
          quantity: 1,
          substitutes: [
            { variant_id: "v9", title: "Fly mask with nose", price: "18.95", available: 4 },
          ],
        },
      ],
    },
    snags: [
      {
        trouble: "late",
        since: now,
        reason: "Promised for 2026-11-20, and it has not left the supplier.",
        remedy: "cancel_and_reroute",
        reference: "RE-1-1",
        decision_id: "dec_bridle",
        lines: [],
      },
      {
        trouble: "partial",
        since: now,
        reason: "3 units have left the supplier; 2 will not come.",
        remedy: "refund_rest",
        reference: "RE-1-2",
        decision_id: null,
        lines: [{ title: "Girth", ordered: 5, shipped: 3, gone: 2 }],
      },
    ],
    timeline: [
      { at: now, what: "paid", detail: "#1800", decision_id: null, status: null },
      {
        at: now,
        what: "supplier_order.place",
        detail: "#1800 at Northern Tack",
        decision_id: "dec_bridle",
        status: "executed",
      },
    ],
    provenance: provenance(now),
  };
}
