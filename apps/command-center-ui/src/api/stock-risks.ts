/** GET /v1/stock-risks: days of cover and the day to order, the most pressing first. */
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export interface StockRiskFilters {
  show: "risk" | "late" | "dead" | "all";
  q?: string;
}

const stockRiskPages = (filters: StockRiskFilters) =>
  infiniteQueryOptions({
    queryKey: keys.stockRisks(filters),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/stock-risks", {
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

export function useStockRiskPages(filters: StockRiskFilters) {
  return useInfiniteQuery(stockRiskPages(filters));
}
