/** Terms as they are typed, and as they are sent: an empty field says nothing. */
import type { SupplyTerms, SupplyTermsIn } from "@/api/types";

export interface Draft {
  lead: string;
  leadSd: string;
  review: string;
  orderCost: string;
  holding: string;
  weekdays: boolean[];
  holidays: string;
  minimum: string;
  pack: string;
}

type Terms = SupplyTermsIn["terms"];

const EVERY_DAY = [true, true, true, true, true, true, true];

export function draftOf({ vendor, variant }: SupplyTerms): Draft {
  const shared = vendor ?? variant;
  return {
    lead: shared?.lead_time_days ?? "",
    leadSd: shared?.lead_time_sd_days ?? "",
    review: shared?.review_days?.toString() ?? "",
    orderCost: shared?.order_cost?.amount ?? "",
    holding: shared?.holding_percent ?? "",
    weekdays: shared?.weekdays ?? EVERY_DAY,
    holidays: shared?.holidays?.join(", ") ?? "",
    minimum: variant?.minimum_order?.toString() ?? "",
    pack: variant?.pack_size?.toString() ?? "",
  };
}

/** What the vendor's name stands for goes to all it supplies; without one all is the variant's. */
export function entriesOf(draft: Draft, vendor: string | null, variantId: string): SupplyTermsIn[] {
  const shared: Terms = {
    lead_time_days: decimal(draft.lead),
    lead_time_sd_days: decimal(draft.leadSd),
    review_days: decimal(draft.review),
    order_cost: decimal(draft.orderCost),
    holding_percent: decimal(draft.holding),
    weekdays: draft.weekdays.every(Boolean) ? null : draft.weekdays,
    holidays: draft.holidays.trim() ? draft.holidays.split(",").map((day) => day.trim()) : null,
  } as Terms;
  const own = {
    minimum_order: decimal(draft.minimum),
    pack_size: decimal(draft.pack),
  } as Terms;
  if (!vendor) return [{ scope: "variant", subject: variantId, terms: { ...shared, ...own } }];
  return [
    { scope: "vendor", subject: vendor, terms: shared },
    { scope: "variant", subject: variantId, terms: own },
  ];
}

/** A decimal comma is a decimal point; the server says what else is wrong. */
function decimal(text: string): string | null {
  return text.trim().replace(",", ".") || null;
}
