/** Moods, haste and promises as a dot and a word. */
import type { Thread } from "@/api/types";
import type { Tone } from "@/ui/Tone";

type Triage = NonNullable<Thread["triage"]>;

export const MOOD_TONE: Record<Triage["sentiment"], Tone> = {
  positive: "ok",
  neutral: "muted",
  negative: "bad",
};

export const URGENCY_TONE: Record<Triage["urgency"], Tone> = {
  low: "muted",
  normal: "info",
  high: "warn",
  unsure: "muted",
};

export const STATES = ["open", "waiting", "escalated", "resolved"] as const;

export const MOODS = ["positive", "neutral", "negative"] as const;

export const URGENCIES = ["high", "normal", "low", "unsure"] as const;

/** Labels that have a word of their own; another label is shown as it is. */
export const INTENTS = [
  "order_status",
  "cancel",
  "address_change",
  "return",
  "exchange",
  "refund",
  "damaged",
  "not_received",
  "product_question",
  "discount",
  "payment",
  "feedback",
  "other",
  "unsure",
] as const;

export interface Due {
  kind: "first" | "solution" | "kept";
  at: string | null;
  tone: Tone;
}

const SOON_MS = 3_600_000;

/** Which promise is next, and how near it is; `now` is the store's time. */
export function dueOf(thread: Thread, now: number): Due {
  if (thread.resolved_at) return { kind: "kept", at: null, tone: thread.late ? "bad" : "ok" };
  const kind = thread.first_response_at ? "solution" : "first";
  const at = kind === "first" ? thread.first_response_due_at : thread.resolution_due_at;
  const left = Date.parse(at) - now;
  return { kind, at, tone: left < 0 ? "bad" : left < SOON_MS ? "warn" : "info" };
}
