/** GET /v1/orders: newest first, page after page. */
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export interface OrderFilters {
  q?: string;
  financial_status?: string;
  from?: string;
  to?: string;
}

const orderPages = (filters: OrderFilters) =>
  infiniteQueryOptions({
    queryKey: keys.orders(filters),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/orders", {
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

export function useOrderPages(filters: OrderFilters) {
  return useInfiniteQuery(orderPages(filters));
}
