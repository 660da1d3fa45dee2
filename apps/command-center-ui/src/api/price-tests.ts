/** GET /v1/price-tests: prices that take turns by whole weeks, and what was read from them. */
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const priceTestPages = infiniteQueryOptions({
  queryKey: keys.priceTests,
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      client.GET("/v1/price-tests", {
        params: { query: { limit: 10, ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
});

export function usePriceTestPages() {
  return useInfiniteQuery(priceTestPages);
}
