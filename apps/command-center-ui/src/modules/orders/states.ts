/** Payment and fulfilment states: their tone, and their key in the translations. */
import type { Tone } from "@/ui/Tone";

export const PAYMENT_STATES = [
  "paid",
  "pending",
  "authorized",
  "partially_paid",
  "partially_refunded",
  "refunded",
  "voided",
] as const;

export function paymentTone(state: string): Tone {
  if (state === "paid") return "ok";
  if (state === "pending" || state === "authorized" || state === "partially_paid") return "warn";
  return "muted";
}

export function stateKey(state: string): string {
  return state.toLowerCase();
}
