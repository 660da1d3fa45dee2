/** Events by the store's day, and the families one can ask for. */
import type { EventRow } from "@/api/types";
import type { Format } from "@/format/use-format";

/** The log is asked by the beginning of a type: `decision.` is every event of a decision. */
export const FAMILIES = [
  "decision",
  "run",
  "agent",
  "price",
  "policy",
  "stop",
  "store",
  "webhook",
  "session",
  "support",
  "supplier",
  "alert",
  "security",
  "model",
] as const;

export function byDay(events: EventRow[], format: Format): [day: string, events: EventRow[]][] {
  const days = new Map<string, EventRow[]>();
  for (const event of events) {
    const day = format.day(event.occurred_at);
    const found = days.get(day);
    if (found) found.push(event);
    else days.set(day, [event]);
  }
  return [...days];
}
