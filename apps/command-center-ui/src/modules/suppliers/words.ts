/** A supplier's state and an offer's terms in words. */
import type { TFunction } from "i18next";
import type { Offer, Supplier } from "@/api/types";
import type { Tone } from "@/ui/Tone";

export const STATE_TONE: Record<Supplier["state"], Tone> = {
  new: "muted",
  reading: "info",
  ready: "ok",
  failed: "bad",
};

export function leadTime(offer: Offer, t: TFunction): string {
  const { lead_days_low: low, lead_days_high: high } = offer;
  if (high === null) return t("suppliers.unknown");
  const range = low !== null && low !== high ? `${low}–${high}` : String(high);
  return t("suppliers.days", { range });
}

/** The columns of a feed that an offer can have, in the order of the form. */
export const FIELDS = [
  "supplier_sku",
  "title",
  "sku",
  "cost",
  "currency",
  "shipping",
  "stock",
  "lead_days",
  "lead_days_low",
  "lead_days_high",
  "minimum_order",
  "pack_size",
  "retail_price",
  "brand",
  "category",
  "barcode",
  "description",
  "image_url",
] as const;
