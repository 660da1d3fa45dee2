/** Query keys by what they show; the live feed names the first element to refresh a family. */

export const keys = {
  session: ["session"] as const,
  agents: ["agents"] as const,
  agent: (id: string) => ["agents", "one", id] as const,
  runs: (filters: object) => ["runs", "list", filters] as const,
  run: (id: string) => ["runs", "one", id] as const,
  decisions: (filters: object) => ["decisions", "list", filters] as const,
  decision: (id: string) => ["decisions", "one", id] as const,
  effects: (filters: object) => ["effects", "list", filters] as const,
  records: (agent: string | null) => ["effects", "records", agent] as const,
  metrics: (filters: object) => ["metrics", filters] as const,
  forecast: (variant: string | null) => ["forecast", variant] as const,
  products: (filters: object) => ["products", "list", filters] as const,
  product: (id: string) => ["products", "one", id] as const,
  orders: (filters: object) => ["orders", "list", filters] as const,
  order: (id: string) => ["orders", "one", id] as const,
  events: (filters: object) => ["events", filters] as const,
  policies: ["policies"] as const,
  connections: ["connections"] as const,
  engine: ["engine"] as const,
  deadLetters: ["dead-letters"] as const,
};
