/** GET /v1/effects and /v1/effects/records: predicted against realised, and the records it makes. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";
import type { EffectStatus } from "./types";

export interface EffectFilters {
  agent?: string;
  kind?: string;
  status?: EffectStatus;
}

const effectPages = (filters: EffectFilters) =>
  infiniteQueryOptions({
    queryKey: keys.effects(filters),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/effects", {
          params: { query: { ...filters, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export function useEffectPages(filters: EffectFilters) {
  return useInfiniteQuery(effectPages(filters));
}

const recordsQuery = (agent: string | null) =>
  queryOptions({
    queryKey: keys.records(agent),
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/effects/records", { params: { query: agent ? { agent } : {} }, signal }),
      ),
  });

export function useRecords(agent: string | null = null) {
  return useQuery(recordsQuery(agent));
}
