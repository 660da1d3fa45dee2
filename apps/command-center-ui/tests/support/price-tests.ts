/** Price tests of the small store: one running with a denied week, one read that remembers. */
import type { PriceTest, PriceTestWeek } from "@/api/types";

const DAY = 86_400_000;

export function priceTests(now: string): PriceTest[] {
  const day = (days: number) => new Date(Date.parse(now) + days * DAY).toISOString().slice(0, 10);
  const week = (number: number, change: Partial<PriceTestWeek> = {}): PriceTestWeek => ({
    number,
    first_day: day(-16 + 7 * number),
    price: number % 2 ? "62.00" : "60.00",
    in_force: number % 2 ? "62.00" : "60.00",
    state: "held",
    counts: true,
    is_over: true,
    units: 7,
    setting: null,
    ...change,
  });
  const running: PriceTest = {
    decision_id: "dec_test",
    product_id: "p_halter",
    variant_id: "v_halter",
    title: "Leather halter",
    currency: "EUR",
    prices: ["60.00", "62.00"],
    status: "running",
    reason: null,
    detail: null,
    started_at: now,
    ended_at: null,
    first_day: day(-16),
    last_day: day(11),
    due_day: day(13),
    weeks: [
      week(0),
      week(1, {
        state: "denied",
        in_force: "60.00",
        setting: { decision_id: "dec_week", status: "rejected", why: "50 actions are the day's." },
      }),
      week(2, { is_over: false, units: 3 }),
      week(3, { state: "coming", is_over: false, units: null, in_force: null }),
    ],
    by_price: [
      { price: "60.00", weeks: 1, units: 7 },
      { price: "62.00", weeks: 0, units: 0 },
    ],
    put_back: null,
    predicted: { point: "-1.80", low: "-2.60", high: "-1.10" },
    reading: null,
    may_end: true,
  };
  return [
    running,
    {
      ...running,
      decision_id: "dec_read",
      title: "Fleece rug",
      status: "known",
      due_day: null,
      may_end: false,
      weeks: [week(0), week(1), week(2), week(3)],
      reading: {
        elasticity: { point: "-1.20", low: "-2.00", high: "-0.50" },
        blocks: 4,
        units: 90,
        carried: 0.04,
        remembers: true,
      },
    },
  ];
}
