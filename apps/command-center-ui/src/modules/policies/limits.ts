/** The limits as a form: which there are, their units, and how text becomes a document. */
import type { PolicyDocument } from "@/api/types";
import { isDecimal } from "@/format/money";

export type LimitName = keyof PolicyDocument;

type Kind =
  | "percent"
  | "money"
  | "days"
  | "actions"
  | "messages"
  | "hour"
  | "workingHours"
  | "fraction"
  | "text";

const WHOLE: ReadonlySet<Kind> = new Set(["days", "actions", "messages", "hour", "workingHours"]);

export const isWhole = (kind: Kind) => WHOLE.has(kind);

export interface Limit {
  name: LimitName;
  kind: Kind;
  /** Empty text means no limit. */
  optional?: boolean;
  /** Empty text means that nobody knows it, not that there is no limit. */
  unknown?: boolean;
}

export const GROUPS = {
  price: [
    { name: "margin_floor_percent", kind: "percent" },
    { name: "price_step_max_percent", kind: "percent" },
    { name: "price_week_max_percent", kind: "percent" },
    { name: "price_band_low_percent", kind: "percent" },
    { name: "price_band_high_percent", kind: "percent" },
    { name: "competitor_above_max_percent", kind: "percent", optional: true },
    { name: "competitor_below_max_percent", kind: "percent", optional: true },
    { name: "competitor_max_age_days", kind: "days" },
    { name: "price_ending", kind: "text", optional: true },
    { name: "price_points", kind: "text", optional: true },
    { name: "price_tests_max", kind: "actions" },
    { name: "salvage_percent", kind: "percent" },
    { name: "prior_price_days", kind: "days", optional: true },
  ],
  pace: [
    { name: "cooldown_days", kind: "days" },
    { name: "actions_per_run", kind: "actions" },
    { name: "actions_per_day", kind: "actions" },
  ],
  money: [
    { name: "spend_per_day", kind: "money" },
    { name: "spend_per_month", kind: "money" },
    { name: "unit_cost_max", kind: "money", optional: true },
    { name: "two_persons_above", kind: "money", optional: true },
  ],
  risk: [
    { name: "risk_auto_max", kind: "fraction" },
    { name: "risk_deny_min", kind: "fraction" },
  ],
  supply: [
    { name: "lead_time_days", kind: "days" },
    { name: "lead_time_sd_days", kind: "days" },
    { name: "service_level_percent", kind: "percent" },
  ],
  costs: [
    { name: "payment_fee_percent", kind: "percent" },
    { name: "payment_fee_fixed", kind: "money" },
    { name: "shipping_cost_per_order", kind: "money", optional: true, unknown: true },
    { name: "return_cost_per_unit", kind: "money", optional: true, unknown: true },
  ],
  messages: [
    { name: "messages_per_week", kind: "messages" },
    { name: "messages_per_day", kind: "messages" },
    { name: "quiet_from_hour", kind: "hour" },
    { name: "quiet_to_hour", kind: "hour" },
  ],
  fulfilment: [
    { name: "order_cutoff_hour", kind: "hour" },
    { name: "working_days", kind: "text" },
    { name: "closed_days", kind: "text", optional: true },
    { name: "own_handling_days", kind: "days" },
    { name: "own_transit_days", kind: "days" },
  ],
  support: [
    { name: "refund_order_max", kind: "money" },
    { name: "refund_customer_month_max", kind: "money" },
    { name: "refund_day_max", kind: "money" },
    { name: "replies_per_thread_per_day", kind: "messages" },
    { name: "order_changes_max", kind: "actions" },
    { name: "customer_changes_month_max", kind: "actions" },
    { name: "order_changes_per_day", kind: "actions" },
    { name: "support_from_hour", kind: "hour" },
    { name: "support_to_hour", kind: "hour" },
    { name: "first_response_hours", kind: "workingHours" },
    { name: "resolution_hours", kind: "workingHours" },
  ],
} as const satisfies Record<string, readonly Limit[]>;

export type GroupName = keyof typeof GROUPS;

const ALL: readonly Limit[] = Object.values(GROUPS).flat();

export type Draft = Record<LimitName, string>;

export function draftOf(document: PolicyDocument): Draft {
  const text = (name: LimitName) => {
    const value = document[name];
    return value === null || value === undefined ? "" : String(value);
  };
  return Object.fromEntries(ALL.map(({ name }) => [name, text(name)])) as Draft;
}

export type LimitError = "mustBeNumber" | "mustBeWhole" | "mustBeFraction";

/** Comma and point both mark decimals when typing. */
function normal(text: string): string {
  return text.trim().replace(",", ".");
}

export function errorOf(limit: Limit, text: string): LimitError | null {
  const value = normal(text);
  if (limit.kind === "text" || (limit.optional && value === "")) return null;
  if (isWhole(limit.kind)) {
    return /^\d+$/.test(value) ? null : "mustBeWhole";
  }
  if (!isDecimal(value)) return "mustBeNumber";
  if (limit.kind === "fraction" && !/^(0(\.\d+)?|1(\.0+)?)$/.test(value)) return "mustBeFraction";
  return null;
}

/** Amounts stay decimal strings; counts and fractions are JSON numbers on the wire. */
export function documentOf(draft: Draft): PolicyDocument {
  const entries = ALL.map((limit) => {
    const value = limit.kind === "text" ? draft[limit.name].trim() : normal(draft[limit.name]);
    if (limit.optional && value === "") return [limit.name, null];
    const asNumber = isWhole(limit.kind) || limit.kind === "fraction";
    return [limit.name, asNumber ? Number(value) : value];
  });
  return Object.fromEntries(entries) as PolicyDocument;
}

export function editsOf(draft: Draft, document: PolicyDocument): LimitName[] {
  const before = draftOf(document);
  return ALL.map(({ name }) => name).filter((name) => normal(draft[name]) !== normal(before[name]));
}

export function hasErrors(draft: Draft): boolean {
  return ALL.some((limit) => errorOf(limit, draft[limit.name]) !== null);
}
