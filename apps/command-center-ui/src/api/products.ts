/** GET /v1/products: searched, filtered and sorted on the server, page after page. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export interface ProductFilters {
  q?: string;
  stock?: "all" | "out" | "low";
  sort?: "title" | "sold" | "cover" | "price";
}

const productPages = (filters: ProductFilters) =>
  infiniteQueryOptions({
    queryKey: keys.products(filters),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/products", {
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

export function useProductPages(filters: ProductFilters) {
  return useInfiniteQuery(productPages(filters));
}

const productSearch = (q: string) =>
  queryOptions({
    queryKey: keys.products({ search: q }),
    queryFn: ({ signal }) =>
      unwrap(client.GET("/v1/products", { params: { query: { q, limit: 6 } }, signal })),
    placeholderData: keepPreviousData,
    enabled: q.length >= 2,
  });

export function useProductSearch(q: string) {
  return useQuery(productSearch(q));
}
