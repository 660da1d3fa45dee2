/** Which kept answers an event makes out of date: event type (or its prefix) to query families. */

type Family =
  | "session"
  | "agents"
  | "runs"
  | "decisions"
  | "metrics"
  | "forecast"
  | "products"
  | "orders"
  | "policies"
  | "connections"
  | "dead-letters"
  | "events";

/** The longest matching prefix wins; every event also reaches the audit log. */
const TABLE: Record<string, readonly Family[]> = {
  "agent.": ["agents"],
  "run.": ["runs", "agents"],
  "run.step": ["runs"],
  "run.succeeded": ["runs", "agents", "forecast"],
  "decision.": ["decisions", "agents", "runs", "products"],
  "decision.executing": ["decisions"],
  "decision.executed": ["decisions", "agents", "products", "metrics"],
  "price.changed": ["products", "decisions"],
  "stop.": ["session", "agents"],
  "policy.": ["policies"],
  "store.connected": ["session", "connections"],
  "store.sync.progressed": ["connections"],
  "store.sync.completed": ["session", "connections", "metrics", "products", "orders", "forecast"],
  "store.connection.": ["session", "connections", "agents"],
  "store.access.": ["session", "connections", "agents"],
  "webhook.": ["connections"],
  "privacy.": ["connections"],
  "workflow.": ["dead-letters", "runs"],
  "session.": [],
};

const PREFIXES = Object.keys(TABLE).sort((a, b) => b.length - a.length);

export function familiesOf(type: string): Family[] {
  const prefix = PREFIXES.find((candidate) => type.startsWith(candidate));
  return [...(prefix ? (TABLE[prefix] ?? []) : []), "events"];
}
