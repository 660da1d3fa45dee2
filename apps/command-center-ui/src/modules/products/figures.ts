/** What a product's row says about its variants together; exact, in decimal strings. */
import type { Product, Variant } from "@/api/types";
import { compareDecimal, type Money } from "@/format/money";

export function priceRange(variants: Variant[]): [low: Money, high: Money] | null {
  const prices = variants
    .map((variant) => variant.price)
    .sort((a, b) => compareDecimal(a.amount, b.amount));
  const low = prices[0];
  const high = prices.at(-1);
  return low && high ? [low, high] : null;
}

/** Null when no variant is tracked. */
export function availableOf(product: Product): number | null {
  const tracked = product.variants.flatMap((v) => (v.available === null ? [] : [v.available]));
  return tracked.length === 0 ? null : tracked.reduce((sum, units) => sum + units, 0);
}

export function soldOf(product: Product): number {
  return product.variants.reduce((sum, variant) => sum + variant.sold_28d, 0);
}

/** The variant that runs out first decides. */
export function leastCover(product: Product): string | null {
  const covers = product.variants.flatMap((v) =>
    v.days_of_cover === null ? [] : [v.days_of_cover],
  );
  return covers.sort(compareDecimal)[0] ?? null;
}
