/** Flows and messages as the coordinator would tell them. */
import type { FlowList, MessageDetail } from "@/api/types";

const AT = "2026-11-22T08:00:00Z";

export function flowList(): FlowList {
  const flow = {
    id: "abandoned_checkout",
    name: "Abandoned checkout",
    version: 1,
    trigger: "checkout_abandoned" as const,
    audience: null,
    stops_on_purchase: true,
    holdout_percent: 20,
    horizon_days: 14,
    text: "flow: abandoned_checkout\n",
    changed_by: "system",
    changed_at: AT,
    steps: [
      {
        id: "reminder",
        wait_seconds: 3600,
        template: "checkout_reminder",
        waiting: 2,
        sent: 31,
        codes: null,
      },
      {
        id: "last",
        wait_seconds: 259200,
        template: "checkout_last",
        waiting: 9,
        sent: 12,
        codes: { made: 8, redeemed: 3, revenue: { amount: "142.50", currency: "EUR" } },
      },
    ],
    entered: 40,
    watched: 9,
    stopped: 6,
    done: 12,
    mandate: {
      decision_id: "dec_bridle",
      version: 1,
      granted_at: AT,
      until: AT,
      used: 43,
      total: 5000,
      per_day: 200,
    },
    asked: null,
    lift: {
      treated: 12,
      holdout: 3,
      estimate: null,
      low: null,
      high: null,
      total: null,
      known: false,
      why: "Each arm needs 20 customers whose horizon is over.",
    },
  };
  const money = (amount: string) => ({ amount, currency: "EUR" });
  const known = {
    ...flow,
    id: "welcome",
    name: "Welcome",
    trigger: "customer_created" as const,
    steps: [
      { id: "hello", wait_seconds: 3600, template: "welcome", waiting: 0, sent: 0, codes: null },
    ],
    mandate: null,
    asked: "dec_half",
    lift: {
      ...flow.lift,
      treated: 400,
      holdout: 100,
      estimate: money("4.20"),
      low: money("1.10"),
      high: money("7.30"),
      total: money("1680.00"),
      known: true,
      why: null,
    },
  };
  return {
    data: [flow, known],
    templates: ["checkout_last", "welcome"],
    carrier: "outbox",
    provenance: { source: "sandbox", as_of: AT, partial: false },
  };
}

export function messageList(): MessageDetail[] {
  const sent: MessageDetail = {
    id: "msg_1",
    decision_id: "dec_bridle",
    customer_id: "6001",
    flow: "abandoned_checkout",
    step: "reminder/77",
    purpose: "marketing",
    template: "checkout_reminder",
    carrier: "outbox",
    state: "sent",
    address: "ann@test.example",
    subject: "Still in your basket",
    created_at: AT,
    sent_at: AT,
    html: "<p>Hello Ann</p>",
    text: "Hello Ann",
  };
  const erased = { address: null, subject: null, html: null, text: null, customer_id: null };
  return [
    sent,
    { ...sent, id: "msg_2", state: "handing_over", subject: "A question" },
    { ...sent, ...erased, id: "msg_3" },
  ];
}
