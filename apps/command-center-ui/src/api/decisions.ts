/** GET /v1/decisions: by status, agent, kind and text, highest money at stake first. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export interface DecisionFilters {
  status?: string;
  agent?: string;
  kind?: string;
  q?: string;
  order?: "stake" | "newest";
  limit?: number;
}

function fetchDecisions(filters: DecisionFilters, cursor: string | null, signal: AbortSignal) {
  const query = { ...filters, ...(cursor ? { cursor } : {}) };
  return unwrap(client.GET("/v1/decisions", { params: { query }, signal }));
}

const decisionsQuery = (filters: DecisionFilters) =>
  queryOptions({
    queryKey: keys.decisions(filters),
    queryFn: ({ signal }) => fetchDecisions(filters, null, signal),
    placeholderData: keepPreviousData,
  });

const decisionPages = (filters: DecisionFilters) =>
  infiniteQueryOptions({
    queryKey: keys.decisions({ ...filters, paged: true }),
    queryFn: ({ pageParam, signal }) => fetchDecisions(filters, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export function useDecisions(filters: DecisionFilters) {
  return useQuery(decisionsQuery(filters));
}

export function useDecisionPages(filters: DecisionFilters) {
  return useInfiniteQuery(decisionPages(filters));
}

/** How many decisions wait for a person, and the first of them. */
export function useWaiting(limit = 1) {
  return useDecisions({ status: "proposed", order: "stake", limit });
}
