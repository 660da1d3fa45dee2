/** Which kept answers an event makes out of date: event type (or its prefix) to query families. */

type Family =
  | "session"
  | "agents"
  | "runs"
  | "decisions"
  | "effects"
  | "metrics"
  | "forecast"
  | "products"
  | "orders"
  | "marketing"
  | "customers"
  | "segments"
  | "stock"
  | "policies"
  | "connections"
  | "suppliers"
  | "research"
  | "support"
  | "security"
  | "dead-letters"
  | "engine"
  | "analytics"
  | "events";

/** The longest matching prefix wins; every event also reaches the audit log. */
const TABLE: Record<string, readonly Family[]> = {
  "agent.": ["agents", "effects", "engine"],
  "run.": ["runs", "agents", "engine"],
  "run.step": ["runs"],
  "run.succeeded": [
    "runs",
    "agents",
    "engine",
    "forecast",
    "marketing",
    "research",
    "stock",
    "analytics",
    "support",
    "security",
  ],
  "decision.": ["decisions", "agents", "runs", "products", "research"],
  "decision.executing": ["decisions"],
  "decision.approved": ["decisions", "agents", "runs", "products", "engine"],
  "decision.executed": [
    "decisions",
    "agents",
    "products",
    "metrics",
    "effects",
    "engine",
    "suppliers",
    "marketing",
    "stock",
    "analytics",
  ],
  "alert.": ["analytics", "security"],
  "anomaly.": ["analytics"],
  // The price of a week of a test may be turned down.
  "decision.rejected": ["decisions", "agents", "runs", "products", "research", "effects"],
  "decision.measured": ["decisions", "effects"],
  "decision.reverted": ["decisions", "agents", "products", "effects", "stock", "analytics"],
  "decision.failed": ["decisions", "agents", "stock"],
  "decision.conflicted": ["decisions", "agents", "stock"],
  "purchase_order.": ["stock"],
  "supply_terms.": ["stock"],
  "effect.": ["decisions", "effects"],
  "price_test.": ["effects"],
  "price.changed": ["products", "decisions"],
  "stop.": ["session", "agents"],
  "customers.valued": ["customers", "segments"],
  "segment.": ["segments", "customers"],
  "policy.": ["policies"],
  "flow.": ["marketing"],
  "message.": ["marketing"],
  "support.": ["support"],
  "store.connected": ["session", "connections"],
  "store.sync.progressed": ["connections"],
  "store.sync.completed": [
    "session",
    "connections",
    "metrics",
    "products",
    "orders",
    "customers",
    "segments",
    "forecast",
  ],
  "store.connection.": ["session", "connections", "agents"],
  "store.access.": ["session", "connections", "agents"],
  "webhook.": ["connections"],
  "privacy.": ["connections"],
  "security.": ["security"],
  "supplier.": ["suppliers"],
  "workflow.": ["dead-letters", "engine", "runs"],
  "session.": [],
};

const PREFIXES = Object.keys(TABLE).sort((a, b) => b.length - a.length);

export function familiesOf(type: string): Family[] {
  const prefix = PREFIXES.find((candidate) => type.startsWith(candidate));
  return [...(prefix ? (TABLE[prefix] ?? []) : []), "events"];
}
