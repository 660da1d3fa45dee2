/** GET /v1/demand: collections or product types by expected demand, page after page. */
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export type GroupLevel = "collection" | "category";

export interface DemandFilters {
  level: GroupLevel;
  q?: string;
}

const demandPages = (filters: DemandFilters) =>
  infiniteQueryOptions({
    queryKey: keys.demand(filters),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/demand", {
          params: {
            query: { ...filters, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export function useDemandPages(filters: DemandFilters) {
  return useInfiniteQuery(demandPages(filters));
}
