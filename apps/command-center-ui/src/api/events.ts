/** GET /v1/events: the audit log, newest first. */
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export interface EventFilters {
  type?: string;
  subject?: string;
  without?: string[];
  limit?: number;
}

/** How far a run or a sync has come: for its own page, not for a list of what happened. */
export const PROGRESS = ["run.step", "store.sync.progressed"];

const eventPages = (filters: EventFilters) =>
  infiniteQueryOptions({
    queryKey: keys.events(filters),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/events", {
          params: {
            query: { limit: 100, ...filters, ...(pageParam ? { before: pageParam } : {}) },
          },
          signal,
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => {
      const oldest = page.data.at(-1)?.seq;
      return oldest !== undefined && oldest > 1 && page.data.length >= (filters.limit ?? 100)
        ? oldest
        : undefined;
    },
    placeholderData: keepPreviousData,
  });

export function useEventPages(filters: EventFilters) {
  return useInfiniteQuery(eventPages(filters));
}
