/** Effects and records of the small store: one known, one outside, one not yet, one never. */
import type { Effect, EffectRecord } from "@/api/types";

const DAY = 86_400_000;

export function effects(now: string): Effect[] {
  const at = (days: number) => new Date(Date.parse(now) + days * DAY).toISOString();
  const base: Effect = {
    decision_id: "dec_saddle",
    agent_id: "inventory_pricing",
    kind: "price.set",
    subject: { type: "variant", id: "v_saddle", title: "Dressage saddle 17 inch" },
    changes: [
      { field: "price", now: "899.00", proposed: "949.00", written: "949.00", unit: "EUR" },
    ],
    status: "known",
    executed_at: at(-40),
    due_at: at(-10),
    measured_at: at(-10),
    first_day: at(-39).slice(0, 10),
    last_day: at(-12).slice(0, 10),
    cut: null,
    unit: "EUR",
    predicted: { point: "120.00", low: "40.00", high: "210.00" },
    realised: { point: "151.50", low: "-20.00", high: "323.00" },
    inside: true,
    method: "before/after against forecast",
    sample: { units_sold: 9, units_expected: 9.6, compared_with: 204 },
    reason: null,
    detail: null,
  };
  return [
    base,
    {
      ...base,
      decision_id: "dec_rope",
      subject: { type: "variant", id: "v_rope", title: "Lead rope, navy" },
      realised: { point: "-88.00", low: "-140.00", high: "-36.00" },
      inside: false,
      cut: "reverted",
    },
    {
      ...base,
      decision_id: "dec_helmet",
      subject: { type: "variant", id: "v_helmet", title: "Riding helmet 56" },
      status: "pending",
      due_at: at(12),
      measured_at: null,
      realised: null,
      inside: null,
      sample: {},
    },
    {
      ...base,
      decision_id: "dec_bit",
      subject: { type: "variant", id: "v_bit", title: "Loose ring snaffle" },
      status: "never",
      realised: null,
      inside: null,
      sample: {},
      reason: "out_of_stock",
      detail: "It was in stock on 3 of 28 days; 7 are needed.",
    },
  ];
}

export function records(now: string): EffectRecord[] {
  const due = new Date(Date.parse(now) + 12 * DAY).toISOString();
  return [
    {
      agent_id: "inventory_pricing",
      kind: "price.set",
      unit: "EUR",
      level: "propose",
      changed_by: null,
      changed_at: null,
      why: null,
      days: 180,
      known: 24,
      pending: 1,
      never: 1,
      next_due_at: due,
      pooled: {
        measured: 24,
        each: { point: "38.20", low: "11.40", high: "65.00" },
        together: { point: "1012.00", low: "420.00", high: "1604.00" },
      },
      calibration: {
        measured: 24,
        inside: 19,
        share: 0.79,
        share_low: 0.67,
        share_high: 0.88,
        predicted_mean: "31.00",
        realised_mean: "42.20",
        noise_share: 0.91,
      },
      rules_broken: 0,
      conditions: [
        { name: "measured", met: true, actual: "24", wanted: "20" },
        { name: "coverage", met: true, actual: "79", wanted: "70-90" },
        { name: "effect", met: true, actual: "11.40", wanted: "0" },
        { name: "rules", met: true, actual: "0", wanted: "0" },
      ],
      recommended: "auto",
    },
  ];
}
