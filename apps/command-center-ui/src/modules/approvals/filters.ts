/** What the Approvals address says: which states, which agent, which kind. */
import type { DecisionFilters } from "@/api/decisions";

export const STATUS_GROUPS = {
  waiting: "proposed",
  underway: "approved,executing,reverting",
  done: "executed,measured,reverted",
  closed: "rejected,expired,superseded,failed,conflicted",
  all: undefined,
} as const;

export type StatusGroup = keyof typeof STATUS_GROUPS;

export function groupOf(value: string | undefined): StatusGroup {
  return value && value in STATUS_GROUPS ? (value as StatusGroup) : "waiting";
}

export function filtersOf(search: Record<string, string | undefined>): DecisionFilters {
  const group = groupOf(search.status);
  const status = STATUS_GROUPS[group];
  return {
    order: group === "waiting" ? "stake" : "newest",
    limit: 50,
    ...(status ? { status } : {}),
    ...(search.agent ? { agent: search.agent } : {}),
    ...(search.kind ? { kind: search.kind } : {}),
    ...(search.q ? { q: search.q } : {}),
  };
}
