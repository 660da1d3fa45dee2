/** GET /v1/customers: most spent first, page after page; of a segment or of a rule. */
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export interface CustomerFilters {
  q?: string;
  segment_id?: string;
}

const customerPages = (filters: CustomerFilters) =>
  infiniteQueryOptions({
    queryKey: keys.customers(filters),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/customers", {
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

export function useCustomerPages(filters: CustomerFilters) {
  return useInfiniteQuery(customerPages(filters));
}
