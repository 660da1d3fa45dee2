/** An event of the audit log in words, and the page it is about. */
import type { TFunction } from "i18next";
import type { EventRow, Phrase } from "@/api/types";

export function eventName(type: string, t: TFunction): string {
  return t(`event.${type.replaceAll(".", "_")}` as "event.run_started", { defaultValue: type });
}

function text(payload: EventRow["payload"], ...names: string[]): string | null {
  for (const name of names) {
    const value = payload[name];
    if (typeof value === "string" && value) return value;
    if (typeof value === "number") return String(value);
  }
  return null;
}

/** The most telling part of what was recorded with it. */
export function eventDetail(event: EventRow): string | null {
  return text(
    event.payload,
    "headline",
    "subject_title",
    "title",
    "failure",
    "error",
    "reason",
    "name",
    "scope",
    "step",
    "phase",
    "topic",
    "agent_id",
  );
}

/** What an alert says, for another language; every other event has no phrase. */
export function eventPhrase(event: EventRow): Phrase | undefined {
  return event.payload.said as Phrase | undefined;
}

export interface EventTarget {
  to: string;
  params: Record<string, string>;
}

/** Where the thing the event is about can be seen; null when it has no page. */
export function eventTarget(event: EventRow): EventTarget | null {
  const { payload, type, subject } = event;
  const id = (name: string) => text(payload, name);
  const bare = subject.includes(":") ? subject.slice(subject.indexOf(":") + 1) : subject;
  if (/^(decision|alert)\./.test(type) || type === "price.changed") {
    const decisionId = id("decision_id") ?? (type.startsWith("decision.") ? bare : null);
    return decisionId ? { to: "/approvals/$decisionId", params: { decisionId } } : null;
  }
  if (type.startsWith("run.")) {
    return { to: "/runs/$runId", params: { runId: id("run_id") ?? bare } };
  }
  if (type.startsWith("agent.")) {
    return { to: "/agents/$agentId", params: { agentId: id("agent_id") ?? bare } };
  }
  if (type.startsWith("support.")) return { to: "/support", params: {} };
  if (type.startsWith("supplier.")) return { to: "/suppliers", params: {} };
  if (type.startsWith("segment.") || type.startsWith("customers.")) {
    return { to: "/customers", params: {} };
  }
  if (type.startsWith("policy.")) return { to: "/policies", params: {} };
  if (type.startsWith("store.") || type.startsWith("webhook.")) {
    return { to: "/connections", params: {} };
  }
  return null;
}

/** Actors are written `person:ada` or `agent:inventory_pricing`; the name is what reads well. */
export function actorName(actor: string, agents: ReadonlyMap<string, string>): string {
  const bare = actor.includes(":") ? actor.slice(actor.indexOf(":") + 1) : actor;
  return agents.get(bare) ?? bare;
}
