/** GET /v1/analytics: the metrics, one explored, the rows behind it, and its export. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";
import type { operations } from "./schema";

export type Question = NonNullable<operations["exploreMetric"]["parameters"]["query"]>;

const metricsQuery = queryOptions({
  queryKey: keys.analytics("metrics", {}),
  queryFn: ({ signal }) => unwrap(client.GET("/v1/analytics/metrics", { signal })),
});

export function useMetricList() {
  return useQuery(metricsQuery);
}

const exploreQuery = (question: Question) =>
  queryOptions({
    queryKey: keys.analytics("explore", question),
    queryFn: ({ signal }) =>
      unwrap(client.GET("/v1/analytics/explore", { params: { query: question }, signal })),
    placeholderData: keepPreviousData,
  });

export function useExplored(question: Question) {
  return useQuery(exploreQuery(question));
}

const rowPages = (question: Question, enabled: boolean) =>
  infiniteQueryOptions({
    enabled,
    queryKey: keys.analytics("rows", question),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/analytics/rows", {
          params: { query: { ...question, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

export function useFactRows(question: Question, enabled: boolean) {
  return useInfiniteQuery(rowPages(question, enabled));
}

/** Where the browser fetches the figure as CSV. */
export function exportAddress(question: Question): string {
  const given = Object.entries(question).filter(([, value]) => value !== undefined);
  return `/v1/analytics/export.csv?${new URLSearchParams(given.map(([k, v]) => [k, String(v)]))}`;
}
