/** A small store for tests: the coordinator's answers, changed by what is posted to it. */
import type {
  Agent,
  Connection,
  Decision,
  DecisionDetail,
  Engine,
  EventRow,
  Explored,
  Figure,
  Forecast,
  Metrics,
  ModelCall,
  Order,
  OrderDetail,
  Policy,
  PrivacyRequest,
  Product,
  ProductDetail,
  Run,
  RunDetail,
  Segment,
  Session,
  StoreConnection,
  SupplyTermsIn,
  Valuation,
  Variant,
  Webhook,
  WhyPrice,
} from "@/api/types";

import { ANOMALY, explored, insight, METRICS, ROWS } from "./analytics";
import {
  CUSTOMERS,
  cohorts,
  customerDetail,
  FACTS,
  preview,
  SEGMENT,
  valuation,
} from "./customers";
import { effects, records } from "./effects";
import { fulfilment, orderWay } from "./fulfilment";
import { flowList, messageList } from "./marketing";
import { priceTests } from "./price-tests";
import { research } from "./research";
import { security, securityFindings } from "./security";
import { Stock } from "./stock";
import { offers, supplierOrders, suppliers } from "./suppliers";
import { threadDetail, threadList } from "./threads";

export const NOW = "2026-11-22T09:41:00Z";
const at = (minutes: number) => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();
const eur = (amount: string) => ({ amount, currency: "EUR" });
const provenance = { source: "sandbox" as const, as_of: at(-2), partial: false };
const DAY = 1440;

/** A steady stream of numbers between 0 and 1, the same in every run. */
function stream(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const ALL_PERMISSIONS = [
  "store:read",
  "decisions:read",
  "decisions:decide",
  "decisions:propose",
  "segments:write",
  "agents:read",
  "agents:run",
  "agents:configure",
  "policy:read",
  "policy:write",
  "stop:write",
  "events:read",
  "models:read",
  "connections:read",
  "connections:write",
  "session:read",
];

function session(): Session {
  return {
    name: "ada",
    role: "admin",
    permissions: ALL_PERMISSIONS,
    store: {
      id: "store_1",
      name: "Skidaw Equestrian",
      domain: "127.0.0.1:3003",
      source: "sandbox",
      currency: "EUR",
      timezone: "Europe/Amsterdam",
      now: NOW,
      clock: "world",
      clock_rate: 1,
    },
    stopped: [],
    head: 40,
    version: "0.1.0",
  };
}

function engine(): Engine {
  const queue = (name: string, waiting: number) => ({
    name,
    waiting,
    oldest_waiting_at: waiting ? at(-1) : null,
    running: 0,
    places: 4,
    poll_seconds: 1,
  });
  return {
    as_of: NOW,
    queues: [queue("interactive", 0), queue("agents", 3), queue("execution", 0), queue("sync", 0)],
    workers: [
      {
        id: "barn-1842-a1b2c3d4",
        version: "1",
        started_at: at(-90),
        heartbeat_at: at(0),
        alive: true,
        running: 1,
      },
    ],
    schedules: [
      {
        agent_id: "inventory_pricing",
        name: "Inventory & pricing",
        cron: "0 6 * * *",
        next_due_at: at(-20),
        last_fired_at: null,
        late: true,
        paused: false,
        runnable: true,
      },
    ],
    untaken: 0,
    untaken_since: null,
  };
}

const AGENTS: [id: string, name: string, description: string][] = [
  ["product_research", "Product research", "Looks for products worth adding to the shop."],
  [
    "inventory_pricing",
    "Inventory & pricing",
    "Forecasts demand, proposes prices by expected contribution and reorders by lead-time demand.",
  ],
  ["marketing_automation", "Marketing", "Writes to the customers who want to hear from the shop."],
  ["order_fulfillment", "Fulfilment", "Routes paid orders to the supplier that ships soonest."],
  ["analytics", "Analytics", "Measures profit, cohorts and what decisions really did."],
  ["customer_support", "Support", "Answers questions about orders, returns and fit."],
  ["security", "Security", "Scores orders for fraud and watches signatures."],
];

function agents(waiting: number): Agent[] {
  return AGENTS.map(([id, name, description]) => {
    const real = id === "inventory_pricing";
    return {
      id,
      name,
      agent_type: id,
      description,
      capabilities: real
        ? ["inventory_management", "pricing_optimization"]
        : [id === "order_fulfillment" ? "order_fulfillment" : "analytics"],
      status: "active",
      health: real ? "waiting" : "idle",
      runnable: real,
      why_not_runnable: real ? null : "Its class is not part of this release.",
      schedule: real
        ? { cron: "0 6 * * *", next_due_at: at(20 * 60), last_fired_at: at(-220) }
        : null,
      autonomy: real
        ? [
            { kind: "price.set", level: "propose" },
            { kind: "inventory.reorder", level: "propose" },
          ]
        : [],
      waiting_decisions: real ? waiting : 0,
      last_run: real ? RUN : null,
      registered_at: at(-30 * DAY),
    };
  });
}

const RUN: Run = {
  id: "run_1842",
  agent_id: "inventory_pricing",
  trigger: "schedule",
  status: "succeeded",
  dry_run: false,
  requested_at: at(-30),
  started_at: at(-30),
  finished_at: new Date(Date.parse(at(-30)) + 8_400).toISOString(),
  working_from: at(-31),
  working_until: at(-30),
  headline: "Looked at 214 variants; 8 price changes and 3 reorders proposed.",
  decisions: 11,
  error: null,
};

function runDetail(decisionIds: string[]): RunDetail {
  const start = Date.parse(at(-30));
  const steps = [
    "Read stock, 4 locations",
    "Correct demand for stock-outs",
    "Forecast 214 SKUs",
    "Estimate elasticities",
    "Propose prices and reorders",
  ];
  const lengths = [900, 700, 3_600, 1_900, 1_300];
  let from = start;
  return {
    ...RUN,
    steps: steps.map((name, index) => {
      const to = from + (lengths[index] ?? 0);
      const step = {
        ordinal: index + 1,
        name,
        status: "succeeded" as const,
        attempt: index === 2 ? 2 : 1,
        started_at: new Date(from).toISOString(),
        finished_at: new Date(to).toISOString(),
        input: { variants: 214 },
        output: { rows: 214 * (index + 1) },
        error: null,
      };
      from = to;
      return step;
    }),
    result: { proposed: 11, blocked: 4 },
    looked_at: ["18 months of order lines", "stock at 4 locations", "unit costs of 210 variants"],
    could_not_see: ["unit cost of 4 variants: pricing is blocked for them"],
    decision_ids: decisionIds.slice(0, 4),
  };
}

interface Case {
  id: string;
  title: string;
  now: string;
  proposed: string;
  stake: string;
  risk: number;
  kind?: string;
}

const CASES: Case[] = [
  {
    id: "dec_half",
    title: "Sheepskin half pad, black",
    now: "0",
    proposed: "120",
    stake: "3240.00",
    risk: 0.46,
    kind: "inventory.reorder",
  },
  {
    id: "dec_bridle",
    title: "Leather bridle, full",
    now: "79.00",
    proposed: "89.00",
    stake: "412.00",
    risk: 0.18,
  },
  {
    id: "dec_rug",
    title: "Winter rug 200 g, 145 cm",
    now: "129.00",
    proposed: "119.00",
    stake: "388.50",
    risk: 0.22,
  },
  {
    id: "dec_boots",
    title: "Tendon boots, pair, L",
    now: "54.95",
    proposed: "58.95",
    stake: "301.20",
    risk: 0.31,
  },
  {
    id: "dec_girth",
    title: "Dressage girth 70 cm",
    now: "64.00",
    proposed: "69.95",
    stake: "198.75",
    risk: 0.52,
  },
  {
    id: "dec_fly",
    title: "Fly mask, cob",
    now: "19.95",
    proposed: "17.95",
    stake: "96.40",
    risk: 0.12,
  },
];

function decision(spec: Case): DecisionDetail {
  const kind = spec.kind ?? "price.set";
  const price = kind === "price.set";
  const unit = price ? "EUR" : "units";
  return {
    id: spec.id,
    kind,
    agent_id: "inventory_pricing",
    subject: { type: "variant", id: `v_${spec.id}`, title: spec.title },
    status: "proposed",
    rationale: price
      ? "Cover 11 d against a lead time of 19 d; own-price elasticity −0.8 (80 % −1.1 … −0.5), so a step up raises contribution."
      : "Demand over the lead time is 96 units (80 % 71 … 124) and 14 are left; 120 fills two packs.",
    changes: [
      {
        field: price ? "price" : "quantity",
        now: price ? spec.now : null,
        proposed: spec.proposed,
        written: null,
        unit,
      },
    ],
    prediction: {
      metric: "contribution",
      unit: "EUR",
      point: spec.stake,
      low: String(-Number(spec.stake) * 0.2),
      high: String(Number(spec.stake) * 1.9),
      horizon_days: 28,
    },
    risk_score: spec.risk,
    ruling: "ask",
    cost: price ? null : eur(spec.stake),
    money_at_stake: eur(spec.stake),
    revertible: price,
    created_at: at(-30),
    expires_at: at(3 * DAY),
    decided_at: null,
    decided_by: null,
    executed_at: null,
    reverts: null,
    reverted_by: null,
    said: {},
    failure: null,
    source: "sandbox",
    run_id: RUN.id,
    arguments: { variant_id: `v_${spec.id}`, price: spec.proposed },
    precondition: { price: spec.now },
    argument_hash: `hash-${spec.id}`,
    evidence: [
      {
        label: "Units sold per week",
        value: [4, 6, 5, 8, 7, 9, 11, 10],
        unit: "units",
        source: "sandbox",
        query: "order_lines by week, stock-out corrected",
        as_of: at(-30),
      },
      {
        label: "Own-price elasticity, 80 %",
        value: ["-1.1", "-0.5"],
        unit: "",
        source: "sandbox",
        query: "log-log within variant, pooled by category",
        as_of: at(-30),
      },
      {
        label: "Unit cost",
        value: "41.50",
        unit: "EUR",
        source: "sandbox",
        query: "inventoryItem.unitCost",
        as_of: at(-30),
      },
      {
        label: "Payment fees assumed",
        value: { fee_percent: "2.9", fee_fixed: "0.30" },
        unit: "percent, EUR",
        source: "policy",
        query: "policy payment_fee_percent, payment_fee_fixed",
        as_of: at(-30),
      },
    ],
    risk: {
      score: spec.risk,
      factors: [
        {
          name: "step",
          contribution: spec.risk * 0.6,
          reason: "The step is larger than any in the last year.",
        },
        {
          name: "data",
          contribution: spec.risk * 0.4,
          reason: "Nine weeks of sales at this price.",
        },
      ],
    },
    verdict: {
      ruling: "ask",
      hits: [
        {
          rule: "autonomy",
          ruling: "ask",
          message: "The agent proposes; a person decides.",
          limit: null,
          actual: null,
          unit: null,
        },
        {
          rule: "margin_floor",
          ruling: "allow",
          message: "Margin stays above the floor.",
          limit: "20",
          actual: "47.2",
          unit: "percent",
        },
      ],
    },
    inverse: price
      ? {
          kind: "price.set",
          arguments: { price: spec.now },
          explanation: `Restores the price of €${spec.now}; one click, at any time.`,
        }
      : {
          kind: null,
          arguments: null,
          explanation:
            "A placed order cannot be taken back; cancelling it within 24 h costs nothing.",
        },
    timeline: [
      {
        seq: 21,
        type: "decision.proposed",
        at: at(-30),
        actor: "agent:inventory_pricing",
        detail: {},
      },
    ],
    effect: null,
  };
}

const DETAIL_KEYS = [
  "run_id",
  "arguments",
  "precondition",
  "argument_hash",
  "evidence",
  "risk",
  "verdict",
  "inverse",
  "timeline",
  "effect",
];

function summary(detail: DecisionDetail): Decision {
  return Object.fromEntries(
    Object.entries(detail).filter(([key]) => !DETAIL_KEYS.includes(key)),
  ) as unknown as Decision;
}

function metrics(compare: string): Metrics {
  const random = stream(7);
  const periods = Array.from({ length: 30 }, (_, day) => at((day - 30) * DAY).slice(0, 10));
  const series = (base: number, spread: number) =>
    periods.map((_, i) => (base + i * base * 0.006 + (random() - 0.5) * spread).toFixed(2));
  const figure = (
    name: string,
    value: string,
    unit: string,
    change: string | null,
    base: number,
  ): Figure => ({
    name,
    label: name,
    value,
    unit,
    previous: change === null ? null : value,
    change_percent: change,
    series: series(base, base * 0.5),
    note: null,
  });
  return {
    from: periods[0] ?? "",
    to: periods.at(-1) ?? "",
    compare_from: compare === "year" ? "2025-10-23" : "2026-09-23",
    compare_to: compare === "year" ? "2025-11-21" : "2026-10-22",
    grain: "day",
    timezone: "Europe/Amsterdam",
    currency: "EUR",
    periods,
    figures: [
      figure("net_sales", "48210.35", "EUR", "12.4", 1600),
      figure("orders", "612", "orders", "4.1", 20),
      figure("gross_margin", "37.8", "percent", "-1.6", 37),
      figure("stockout_risk", "9", "SKUs", "50", 6),
    ],
    history_from: "2025-05-22",
    provenance,
  } as Metrics;
}

function forecast(variant: string | null, kept = true): Forecast {
  const random = stream(variant ? 3 : 11);
  const scale = variant ? 12 : 240;
  const points = Array.from({ length: 60 }, (_, index) => {
    const week = new Date(Date.parse("2025-11-17T00:00:00Z") + index * 7 * 86_400_000);
    const season = 1 + 0.25 * Math.sin((index / 52) * 2 * Math.PI);
    const level = scale * season * (1 + index / 160);
    const past = index < 52;
    // The last four weeks had been forecast; one of them fell below its interval.
    const told = index >= (kept ? 48 : 52);
    const wide = Math.max(index - 50, 2) * 0.035 * level;
    const sold = index === 49 ? level * 0.5 : level * (told ? 1 : 0.88 + random() * 0.24);
    return {
      week: week.toISOString().slice(0, 10),
      units: past ? Math.round(sold).toString() : null,
      expected: told ? level.toFixed(1) : null,
      low: told ? (level - wide).toFixed(1) : null,
      high: told ? (level + wide).toFixed(1) : null,
      stockout_days: past && index % 17 === 0 ? 2 : 0,
    };
  });
  return {
    level: variant ? "variant" : "store",
    subject_id: variant,
    variant_id: variant,
    unit: "units per week",
    points,
    method: "combined SES, 13-week mean, TSB",
    run_id: RUN.id,
    provenance,
  };
}

/** Two collections and two product types; one of the types is of products without one. */
function demand(level: string, known: boolean): unknown {
  const named = level === "collection" ? ["Autumn sale", "New in"] : ["Bridles", null];
  const titles = known ? named : [];
  const data = titles.map((title, index) => ({
    id: level === "collection" ? `col_${index}` : (title ?? "(none)"),
    title,
    sold: 120 - index * 70,
    coming: `${110 - index * 60}.4`,
    expected: `${28 - index * 15}.2`,
    low: `${20 - index * 12}.0`,
    high: `${37 - index * 19}.5`,
  }));
  return { data, next_cursor: null, total: data.length, provenance };
}

const NOUNS = [
  "Leather bridle",
  "Sheepskin half pad",
  "Winter rug 200 g",
  "Tendon boots",
  "Dressage girth",
  "Fly mask",
  "Lead rope",
  "Hoof pick",
  "Riding gloves",
  "Jumping saddle pad",
];

/** A straight elasticity of -2 around the variant's price. */
function whyPrice(variant: Variant): WhyPrice {
  const now = Number(variant.price.amount);
  const cost = variant.unit_cost ? Number(variant.unit_cost.amount) : null;
  const points = Array.from({ length: 41 }, (_, index) => {
    const price = now * (0.6 + index * 0.025);
    const units = 30 * (price / now) ** -2;
    const each = cost === null ? null : price / 1.21 - cost;
    const band = (of: number) => ({
      point: of,
      low: Math.min(of * 0.8, of * 1.25),
      high: Math.max(of * 0.8, of * 1.25),
    });
    return { price, units: band(units), contribution: each === null ? null : band(units * each) };
  });
  return {
    variant_id: variant.id,
    price: variant.price,
    proposed: cost === null ? null : { ...variant.price, amount: (now * 1.05).toFixed(2) },
    reason: cost === null ? "unknown_cost" : null,
    detail: cost === null ? "Its unit cost is unknown, so no margin can be computed." : null,
    elasticity: { point: -2, low: -2.5, high: -1.5 },
    own_percent: 35,
    weeks: 78,
    low: (now * 0.9).toFixed(2),
    high: (now * 1.1).toFixed(2),
    floor: cost === null ? null : cost * 1.5,
    best: cost === null ? null : now * 1.2,
    points,
    parts:
      cost === null
        ? []
        : [
            { name: "tax", amount: (now - now / 1.21).toFixed(2), sources: ["orders"] },
            { name: "paid_back", amount: "1.20", sources: ["orders"] },
            { name: "goods", amount: cost.toFixed(2), sources: ["catalog"] },
            {
              name: "payment_fees",
              amount: "0.85",
              sources: ["payment_fee_percent", "payment_fee_fixed"],
            },
            { name: "lost_goods", amount: "0.35", sources: ["orders"] },
            {
              name: "handled_returns",
              amount: "0.12",
              sources: ["orders", "return_cost_per_unit"],
            },
            { name: "shipping", amount: null, sources: ["orders", "shipping_cost_per_order"] },
            { name: "remains", amount: "4.10", sources: [] },
          ],
    unknown: ["shipping_cost_per_order"],
    served: {
      tax_rate: "0.209",
      return_rate: "0.081",
      lost_share: "0.2",
      parcels: "0.61",
      shipping_paid: "1.90",
      carried: null,
      units: 412,
      returned: 33,
      countries: [
        { country: "NL", share: "0.9", rate: "0.21", of_product: true },
        { country: "DE", share: "0.1", rate: "0.19", of_product: false },
      ],
    },
    competitors: [
      {
        source: "halters-r-us.example",
        price: { ...variant.price, amount: (now * 0.97).toFixed(2) },
        seen_at: at(-600),
        ignored: null,
      },
      {
        source: "paardenshop.example",
        price: { ...variant.price, amount: (now * 0.9).toFixed(2) },
        seen_at: at(-20_000),
        ignored: "stale",
      },
    ],
    run_id: "run_1842",
    as_of: at(-30),
  };
}

function products(): Product[] {
  const random = stream(5);
  return Array.from({ length: 60 }, (_, index) => {
    const price = (15 + random() * 120).toFixed(2);
    const stock = Math.floor(random() * 60) - 4;
    return {
      id: `prod_${index}`,
      title: `${NOUNS[index % NOUNS.length]} ${String.fromCharCode(65 + (index % 26))}`,
      handle: `product-${index}`,
      status: index % 11 === 10 ? "draft" : "active",
      vendor: "Royal Equips",
      product_type: ["Tack", "Pads", "Rugs"][index % 3] ?? null,
      tags: [],
      variants: [0, 1].map((n) => ({
        id: `var_${index}_${n}`,
        product_id: `prod_${index}`,
        sku: `SKU-${1000 + index * 2 + n}`,
        title: n === 0 ? "Cob" : "Full",
        price: eur(n === 0 ? price : (Number(price) + 6).toFixed(2)),
        compare_at_price: index % 9 === 0 ? eur((Number(price) + 20).toFixed(2)) : null,
        unit_cost: index % 13 === 12 ? null : eur((Number(price) * 0.55).toFixed(2)),
        margin_percent: index % 13 === 12 ? null : "45.0",
        available: Math.max(stock, 0),
        sold_28d: Math.floor(random() * 40),
        days_of_cover: stock <= 0 ? "0" : (stock * 1.4).toFixed(1),
        admin_url: null,
      })),
      updated_at: at(-400),
    };
  });
}

const FIRST_NAMES = ["Noor", "Daan", "Emma", "Sem", "Julia", "Finn"];

function orders(): Order[] {
  const random = stream(9);
  return Array.from({ length: 80 }, (_, index) => {
    const total = (20 + random() * 260).toFixed(2);
    const refunded = index % 9 === 4;
    return {
      id: `order_${index}`,
      name: `#${1_800 - index}`,
      processed_at: at(-index * 37),
      cancelled_at: index % 23 === 22 ? at(-index * 30) : null,
      financial_status: refunded ? "PARTIALLY_REFUNDED" : "PAID",
      fulfillment_status: index < 6 ? "UNFULFILLED" : "FULFILLED",
      customer_name: index % 7 === 6 ? null : `${FIRST_NAMES[index % 6]} de Vries`,
      country: index % 4 === 0 ? "DE" : "NL",
      total: eur(total),
      net: eur(refunded ? (Number(total) - 12).toFixed(2) : total),
      units: 1 + (index % 4),
      updated_at: at(-index * 30),
    };
  });
}

function policy(): Policy {
  return {
    version: 3,
    decision_id: null,
    waiting: [],
    currency: "EUR",
    changed_by: "ada",
    changed_at: at(-9 * DAY),
    document: {
      margin_floor_percent: "20",
      price_step_max_percent: "10",
      price_week_max_percent: "15",
      price_band_low_percent: "20",
      price_band_high_percent: "25",
      cooldown_days: 7,
      actions_per_run: 25,
      actions_per_day: 50,
      spend_per_day: "2500.00",
      spend_per_month: "20000.00",
      unit_cost_max: null,
      two_persons_above: "5000.00",
      risk_auto_max: 0.4,
      risk_deny_min: 0.85,
      lead_time_days: 19,
      lead_time_sd_days: 4,
      service_level_percent: "95",
      payment_fee_percent: "1.8",
      payment_fee_fixed: "0.25",
      shipping_cost_per_order: null,
      return_cost_per_unit: "1.50",
      price_ending: "0.95",
      price_points: null,
      price_tests_max: 2,
      prior_price_days: 30,
      competitor_above_max_percent: null,
      competitor_below_max_percent: null,
      competitor_max_age_days: 7,
      salvage_percent: "0",
      messages_per_week: 3,
      messages_per_day: 500,
      quiet_from_hour: 21,
      quiet_to_hour: 8,
      refund_order_max: "100",
      refund_customer_month_max: "150",
      refund_day_max: "500",
      replies_per_thread_per_day: 3,
      order_changes_max: 2,
      customer_changes_month_max: 4,
      order_changes_per_day: 30,
      order_cutoff_hour: 11,
      working_days: "mon tue wed thu fri",
      closed_days: null,
      own_handling_days: 0,
      own_transit_days: 2,
      support_from_hour: 9,
      support_to_hour: 17,
      first_response_hours: 4,
      resolution_hours: 24,
    },
  };
}

type Resource = StoreConnection["resources"][number];

export function resource(name: string, count: number, more: Partial<Resource> = {}): Resource {
  return {
    name,
    stage: "read",
    count,
    prepared: null,
    expected: null,
    started_at: at(-2),
    read_at: at(-2),
    newest_at: null,
    ...more,
  };
}

function storeConnection(): StoreConnection {
  return {
    store_id: "store_1",
    domain: "127.0.0.1:3003",
    name: "Skidaw Equestrian",
    set_by: "sandbox",
    token: {
      method: "client_credentials",
      state: "valid",
      detail: "",
      client_id: "5f1c",
      expires_at: at(20),
      renew_at: at(19),
      renewed_at: at(-4),
      connected_by: "system",
    },
    granted: ["read_orders", "read_products"],
    needs: [
      { agent_id: null, name: "", scopes: ["read_orders", "read_products"], missing: [] },
      {
        agent_id: "inventory_pricing",
        name: "Inventory & pricing",
        scopes: ["write_products"],
        missing: ["write_products"],
      },
    ],
    asked: ["read_orders", "write_products"],
    can_ask_again: false,
    budget: {
      available: 1480,
      maximum: 2000,
      restore_per_second: 100,
      throttled: 0,
      throttled_at: null,
      as_of: NOW,
    },
    resources: [
      resource("products", 60, { expected: 60, newest_at: at(-3) }),
      resource("orders", 1840, { expected: 1840, newest_at: at(-1) }),
    ],
    synced_at: at(-1),
    redirect_address: "http://127.0.0.1:3001/oauth/shopify/callback",
    webhook_address: "http://127.0.0.1:3001/webhooks/shopify",
    topics: { asked: 45, refused: [] },
    webhooks: { all: 2, waiting: 0, failed: 1 },
    api_version: "2026-10",
    api_version_asked: "2026-10",
    candidate: null,
  };
}

function webhooks(): Webhook[] {
  const handled: Webhook = {
    id: "w-1",
    topic: "orders/create",
    state: "handled",
    error: null,
    last_error: null,
    attempts: 1,
    worker: "worker-1",
    received_at: at(-1),
    triggered_at: at(-1),
    started_at: at(-1),
    ended_at: at(-1),
    processed_at: at(-1),
  };
  const failed: Webhook = {
    ...handled,
    id: "w-2",
    topic: "products/delete",
    state: "failed",
    error: "KeyError: 'id'",
    last_error: "KeyError: 'id'",
    attempts: 2,
  };
  return [handled, failed];
}

function connections(): Connection[] {
  return [
    {
      id: "store",
      name: "Sandbox store",
      state: "connected",
      detail: "127.0.0.1:3003, Admin API 2026-10",
      remedy: null,
      source: "sandbox",
      sync: {
        phase: "idle",
        products: 60,
        orders: 1840,
        customers: 1203,
        orders_expected: 1840,
        last_success_at: at(-2),
        error: null,
      },
    },
    {
      id: "openai",
      name: "Language model",
      state: "not_configured",
      detail: "AIRA and product research need a model; pricing works without one.",
      remedy: "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server.",
      source: null,
      sync: null,
    },
  ];
}

function events(): EventRow[] {
  const rows: [type: string, actor: string, payload: Record<string, unknown>][] = [
    ["session.opened", "person:ada", { name: "ada" }],
    ["store.sync.completed", "system:worker", { phase: "incremental" }],
    ["run.started", "agent:inventory_pricing", { run_id: RUN.id }],
    [
      "decision.proposed",
      "agent:inventory_pricing",
      { decision_id: "dec_bridle", subject_title: "Leather bridle, full" },
    ],
    [
      "decision.proposed",
      "agent:inventory_pricing",
      { decision_id: "dec_half", subject_title: "Sheepskin half pad, black" },
    ],
    ["run.succeeded", "agent:inventory_pricing", { run_id: RUN.id, headline: RUN.headline }],
  ];
  return rows.map(([type, actor, payload], index) => ({
    seq: 35 + index,
    id: `evt_${index}`,
    type,
    subject: String(payload.decision_id ?? payload.run_id ?? "store_1"),
    actor,
    occurred_at: at(-34 + index),
    recorded_at: at(-34 + index),
    payload,
    hash: "9f2c".repeat(16),
  }));
}

interface Reply {
  status: number;
  body: unknown;
}

/** What the coordinator would answer, and what happens when something is posted. */
export class World {
  session = session();
  decisions = new Map(CASES.map((spec) => [spec.id, decision(spec)]));
  products = products();
  pricesWeighed = true;
  forecastsKept = true;
  demandKnown = true;
  orders = orders();
  segments: Segment[] = [SEGMENT];
  valuation: Valuation = valuation(provenance);
  policy = policy();
  connections = connections();
  storeConnection = storeConnection();
  webhooks = webhooks();
  privacyRequests: PrivacyRequest[] = [];
  deadLetters: { id: string; kind: string; subject: string; error: string; at: string }[] = [];
  engine = engine();
  flows = flowList();
  messages = messageList();
  threads = threadList(NOW);
  events = events();
  modelCalls: ModelCall[] = [];
  effects = effects(NOW);
  priceTests = priceTests(NOW);
  /** What holds of each of the agents. */
  everyAgent: Partial<Agent> = {};
  /** What the explored figures say instead. */
  analytics: Partial<Explored> = {};
  anomaly = ANOMALY;
  stock = new Stock(NOW);
  records = records(NOW);
  suppliers = suppliers(NOW);
  research = research(NOW);
  fulfilment = fulfilment(NOW);
  orderWay = orderWay(NOW);
  security = security(NOW);
  findings = securityFindings(NOW);
  offers = offers;
  supplierOrders = supplierOrders(NOW);
  signedIn = true;
  /** Paths that fail, with the status they fail with. */
  failing = new Map<string, number>();
  requests: { method: string; path: string; query: URLSearchParams; body: unknown }[] = [];

  answer(method: string, url: URL, body: unknown): Reply {
    const { pathname: path, searchParams: query } = url;
    this.requests.push({ method, path, query, body });
    if (!this.signedIn) return problem(401, "No session.", "Sign in with a one-time link.");
    const failure = this.failing.get(path);
    if (failure) return problem(failure, "The store is not reachable.", "Start the sandbox.");
    const found = this.#route(
      method,
      path.split("/").slice(2).map(decodeURIComponent),
      query,
      body,
    );
    return found === undefined
      ? problem(404, `Nothing at ${path}.`, "")
      : { status: 200, body: found };
  }

  event(type: string, payload: Record<string, unknown> = {}): EventRow {
    const row: EventRow = {
      seq: (this.events.at(-1)?.seq ?? 40) + 1,
      id: `evt_${this.events.length}`,
      type,
      subject: String(payload.decision_id ?? payload.call_id ?? "store_1"),
      actor: "person:ada",
      occurred_at: NOW,
      recorded_at: NOW,
      payload,
      hash: "00".repeat(32),
    };
    this.events.push(row);
    return row;
  }

  waiting(): DecisionDetail[] {
    return [...this.decisions.values()].filter((item) => item.status === "proposed");
  }

  update(id: string, change: Partial<DecisionDetail>): void {
    const before = this.decisions.get(id);
    if (before) this.decisions.set(id, { ...before, ...change });
  }

  #route(method: string, parts: string[], query: URLSearchParams, body: unknown): unknown {
    const [family, id, action] = parts;
    if (method !== "GET") return this.#act(method, family, id, action, body);
    switch (family) {
      case "session":
        return this.session;
      case "agents": {
        const list = agents(this.waiting().length).map((each) => ({ ...each, ...this.everyAgent }));
        return id ? list.find((agent) => agent.id === id) : { data: list, next_cursor: null };
      }
      case "engine":
        return this.engine;
      case "runs":
        if (id) return runDetail([...this.decisions.keys()]);
        return {
          data:
            (query.get("agent") ?? RUN.agent_id) === RUN.agent_id &&
            (query.get("status") ?? RUN.status) === RUN.status
              ? [RUN]
              : [],
          next_cursor: null,
        };
      case "decisions":
        return id ? this.decisions.get(id) : this.#decisionPage(query);
      case "metrics":
        return metrics(query.get("compare") ?? "previous");
      case "forecast":
        return forecast(query.get("variant_id"));
      case "demand":
        return demand(query.get("level") ?? "collection", this.demandKnown);
      case "products":
        if (action === "why") return this.#whyPrices(id ?? "");
        return id ? this.#product(id) : this.#productPage(query);
      case "orders":
        return id
          ? this.#order(id)
          : { data: this.orders, next_cursor: null, total: this.orders.length, provenance };
      case "customers":
        return this.#customers(id, query);
      case "customer-facts":
        return FACTS;
      case "segments":
        if (id === "preview") return preview(query.get("rule") ?? "", provenance);
        return { data: this.segments, customers: CUSTOMERS.length, provenance };
      case "events":
        return this.#eventPage(query);
      case "model-calls":
        return this.modelCalls.find((call) => call.id === id);
      case "policies":
        return this.policy;
      case "connections":
        return id === "store" ? this.storeConnection : { data: this.connections };
      case "webhooks": {
        const state = query.get("state");
        const found = this.webhooks.filter((each) => !state || each.state === state);
        return { data: found, next_cursor: null, total: found.length };
      }
      case "privacy-requests":
        return action === "export" ? { data: { customer: [] } } : { data: this.privacyRequests };
      case "flows":
        return this.flows;
      case "threads":
        return id
          ? threadDetail(
              this.threads.find((thread) => thread.id === id),
              NOW,
            )
          : {
              data: this.threads,
              next_cursor: null,
              total: this.threads.length,
              counts: { open: 1, waiting: 0, escalated: 1, resolved: 0 },
              provenance,
            };
      case "messages":
        return id
          ? this.messages.find((message) => message.id === id)
          : { data: this.messages, next_cursor: null, total: this.messages.length };
      case "message-preview":
        return {
          customer_id: query.get("customer_id") ?? "6001",
          customer: query.has("customer_id") ? "Rosa Reiter" : "Ann Läufer",
          order: "#1001",
          subject: "Hello",
          html: "<p>Hello</p>",
          text: "Hello",
        };
      case "dead-letters":
        return { data: this.deadLetters };
      case "analytics":
        if (id === "metrics") return { data: METRICS };
        if (insight(id ?? "", this.anomaly)) return insight(id ?? "", this.anomaly);
        return id === "rows" ? ROWS : { ...explored(query), ...this.analytics };
      case "security": {
        if (id !== "findings") return this.security;
        const data = this.findings.filter((each) => each.state === query.get("state"));
        return { data, next_cursor: null, total: data.length };
      }
      case "research":
        return this.research;
      case "fulfilment":
        return id ? { ...this.orderWay, order_id: id } : this.fulfilment;
      case "suppliers":
        return id ? this.suppliers.find((each) => each.id === id) : { data: this.suppliers };
      case "offers": {
        const text = query.get("q")?.toLowerCase() ?? "";
        const data = this.offers.filter((each) => each.title.toLowerCase().includes(text));
        return { data, next_cursor: null, total: data.length };
      }
      case "supplier-orders":
        return { data: this.supplierOrders, next_cursor: null, total: this.supplierOrders.length };
      case "stock-risks":
        return this.stock.page(query.get("show") ?? "risk", query.get("q"));
      case "purchase-orders":
        return { data: this.stock.orders, next_cursor: null, total: this.stock.orders.length };
      case "supply-terms":
        return this.stock.terms;
      case "price-tests":
        return {
          data: this.priceTests,
          next_cursor: null,
          total: this.priceTests.length,
          provenance,
        };
      case "effects":
        return id === "records" ? { data: this.records, provenance } : this.#effectPage(query);
    }
    return undefined;
  }

  #effectPage(query: URLSearchParams) {
    const status = query.get("status");
    const data = this.effects.filter((effect) => !status || effect.status === status);
    return { data, next_cursor: null, total: data.length, provenance };
  }

  #act(method: string, family = "", id = "", action = "", body: unknown = {}): unknown {
    if (family === "purchase-orders" && action === "receipts")
      return this.stock.receive(body as { quantity: number; final: boolean });
    if (family === "security") return id === "findings" ? this.findings[0] : this.security;
    if (family === "supply-terms") return this.stock.enter(body as SupplyTermsIn);
    if (family === "decisions" && id === "batch") {
      const { decisions } = body as { decisions: { id: string }[] };
      for (const item of decisions) this.update(item.id, { status: "approved" });
      return {
        results: decisions.map((item) => ({ id: item.id, status: "approved", error: null })),
      };
    }
    if (family === "decisions") {
      const status = { approve: "approved", reject: "rejected", revert: "reverting" }[action];
      this.update(id, {
        status: status as DecisionDetail["status"],
        decided_at: NOW,
        decided_by: "ada",
      });
      return this.decisions.get(id);
    }
    if (family === "connections" && id === "store") {
      const { shop } = body as { shop?: string };
      if (action === "install" || action === "consent") return { url: "#consent" };
      if (action === "disconnect") this.storeConnection = storeConnection();
      else this.storeConnection.candidate = { domain: shop ?? "", state: "checking", detail: "" };
      return this.storeConnection;
    }
    if (family === "supplier-orders") return this.supplierOrders[0];
    if (family === "suppliers") {
      if (action === "preview") return { offers: this.offers, faults: [], guessed: {} };
      const supplier = this.suppliers.find((each) => each.id === (id || "sup_2"));
      if (supplier && method === "PUT") {
        Object.assign(supplier, body, { version: supplier.version + 1 });
      }
      return supplier && { ...supplier };
    }
    if (family === "webhooks") {
      this.webhooks = this.webhooks.map((each) =>
        each.id === id
          ? { ...each, state: "waiting" as const, error: null, last_error: null }
          : each,
      );
      return this.webhooks.find((each) => each.id === id);
    }
    if (family === "dead-letters") {
      this.deadLetters = this.deadLetters.filter((letter) => letter.id !== id);
      return { data: this.deadLetters };
    }
    if (family === "agents" && action === "run")
      return { ...RUN, id: "run_1843", status: "queued" };
    if (family === "agents") return agents(0).find((agent) => agent.id === id);
    if (family === "stop") {
      this.session = { ...this.session, stopped: [(body as { scope: string }).scope] };
      return { stopped: this.session.stopped, acknowledged_at: NOW, in_flight: [] };
    }
    if (family === "resume") {
      this.session = { ...this.session, stopped: [] };
      return { stopped: [], acknowledged_at: NOW, in_flight: [] };
    }
    if (family === "threads") {
      return { decision_id: "dec_reply", status: "proposed" };
    }
    if (family === "flows" && id === "check") {
      const { text } = body as { text: string };
      return { problems: text.includes("broken") ? ["Nothing is known of broken."] : [] };
    }
    if (family === "flows") {
      const { version, text } = body as { version: number; text: string };
      this.flows.data = this.flows.data.map((flow) =>
        flow.id === id ? { ...flow, version: version + 1, text } : flow,
      );
      return this.flows;
    }
    if (family === "segments") {
      const draft = body as { name: string; rule: string };
      const made = { ...SEGMENT, ...draft, id: id ?? "seg_2" };
      this.segments = this.segments.filter((each) => each.id !== id);
      if (method !== "DELETE") this.segments.push(made);
      return made;
    }
    if (family === "analytics" && method === "POST") {
      this.anomaly = { ...this.anomaly, ...(body as { verdict: "confirmed" }), verdict_by: "ada" };
      return this.anomaly;
    }
    if (family === "policies" && method === "PUT") {
      const put = body as { version: number; document: Policy["document"] };
      const made = { decision_id: "dec_policy" };
      this.policy = { ...this.policy, ...made, version: put.version + 1, document: put.document };
      return this.policy;
    }
    return undefined;
  }

  #decisionPage(query: URLSearchParams) {
    const wanted = query.get("status")?.split(",");
    const text = query.get("q")?.toLowerCase();
    const all = [...this.decisions.values()]
      .filter((item) => !wanted || wanted.includes(item.status))
      .filter((item) => !query.get("kind") || item.kind === query.get("kind"))
      .filter((item) => !query.get("agent") || item.agent_id === query.get("agent"))
      .filter((item) => !text || item.subject.title.toLowerCase().includes(text));
    return {
      data: all.slice(0, Number(query.get("limit") ?? 50)).map(summary),
      next_cursor: null,
      total: all.length,
    };
  }

  #productPage(query: URLSearchParams) {
    const text = query.get("q")?.toLowerCase();
    const all = this.products
      .filter((item) => !text || item.title.toLowerCase().includes(text))
      .filter(
        (item) => query.get("stock") !== "out" || item.variants.every((v) => v.available === 0),
      );
    return {
      data: all.slice(0, Number(query.get("limit") ?? 50)),
      next_cursor: null,
      total: all.length,
      provenance,
    };
  }

  #whyPrices(id: string) {
    const product = this.products.find((item) => item.id === id);
    if (!product) return undefined;
    const data = product.variants.map((variant) => whyPrice(variant));
    return { data: this.pricesWeighed ? data : [], provenance };
  }

  #product(id: string): ProductDetail | undefined {
    const product = this.products.find((item) => item.id === id);
    if (!product) return undefined;
    return {
      ...product,
      forecasts: product.variants.map((variant) => forecast(variant.id, this.forecastsKept)),
      decisions_waiting: 0,
      provenance,
    };
  }

  #customers(id: string | undefined, query: URLSearchParams): unknown {
    if (id === "value") return this.valuation;
    if (id === "cohorts") return cohorts(provenance);
    if (id) return customerDetail(id, provenance);
    const text = query.get("q")?.toLowerCase();
    const found = CUSTOMERS.filter((each) => !text || each.name?.toLowerCase().includes(text));
    return { data: found, next_cursor: null, total: found.length, provenance };
  }

  #order(id: string): OrderDetail | undefined {
    const order = this.orders.find((item) => item.id === id);
    if (!order) return undefined;
    return {
      ...order,
      lines: [
        {
          id: "line_1",
          title: "Leather bridle, full",
          sku: "SKU-1001",
          variant_id: "var_0_1",
          quantity: order.units,
          refunded_quantity: 0,
          unit_price: eur("79.00"),
          total: order.total,
        },
      ],
      refunds: [],
      provenance,
    };
  }

  #eventPage(query: URLSearchParams) {
    const type = query.get("type");
    const subject = query.get("subject");
    const before = Number(query.get("before") ?? Number.MAX_SAFE_INTEGER);
    const rows = this.events
      .filter((event) => !type || event.type.startsWith(type))
      .filter((event) => !subject || event.subject === subject)
      .filter((event) => event.seq < before)
      .reverse();
    return {
      data: rows.slice(0, Number(query.get("limit") ?? 100)),
      next_after: null,
      head: this.events.at(-1)?.seq ?? 0,
    };
  }
}

function problem(status: number, detail: string, remedy: string): Reply {
  return {
    status,
    body: {
      type: "about:blank",
      title: "Problem",
      status,
      detail,
      remedy,
      instance: null,
      request_id: "req_test",
      errors: [],
    },
  };
}
