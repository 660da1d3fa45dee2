/** A shortlist for tests: one article to decide on, one that was left out. */
import type { Candidate, Research } from "@/api/types";

const NAMES = ["margin", "trend", "viability", "reliability", "shipping"] as const;

function candidate(change: Partial<Candidate>): Candidate {
  return {
    handle: "hay-ball",
    title: "Hay ball",
    supplier: "Northern Tack",
    supplier_id: "sup_1",
    supplier_sku: "N-9",
    category: "Stable Kit",
    image_url: null,
    price: { amount: "29.95", currency: "EUR" },
    cost: { amount: "9.80", currency: "EUR" },
    lead_days: 3,
    margin: 0.42,
    phase: "rising",
    twin: null,
    factors: NAMES.map((name, index) => ({
      name,
      weight: [0.3, 0.25, 0.2, 0.15, 0.1][index] ?? 0,
      score: name === "reliability" ? null : 0.8 - index / 10,
      detail: `Evidence of ${name}`,
    })),
    score: 0.71,
    quality: 0.85,
    badge: "good",
    why: "margin 0.80",
    why_not: null,
    decision_id: "dec_bridle",
    decision_status: "proposed",
    ...change,
  };
}

export function research(now: string): Research {
  return {
    run_id: "run_1",
    as_of: now,
    considered: 22,
    twins_by: "words",
    candidates: [
      candidate({}),
      candidate({
        handle: "fly-mask",
        title: "Fly mask with nose",
        why_not: "Nearly the same as 'Fly mask' (0.97 by meaning).",
        decision_id: null,
        decision_status: null,
        badge: "poor",
        score: 0.44,
      }),
    ],
    hit_rate: { picks: 1, judged: 0, hits: 0, share: null, low: null, high: null },
  };
}
