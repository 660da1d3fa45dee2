/** GET /v1/metrics: the store's figures over a window, compared with another. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export interface MetricsFilters {
  from?: string;
  to?: string;
  compare?: "previous" | "year" | "none";
  grain?: "day" | "week" | "month";
}

const metricsQuery = (filters: MetricsFilters) =>
  queryOptions({
    queryKey: keys.metrics(filters),
    queryFn: ({ signal }) =>
      unwrap(client.GET("/v1/metrics", { params: { query: filters }, signal })),
    placeholderData: keepPreviousData,
  });

export function useMetrics(filters: MetricsFilters) {
  return useQuery(metricsQuery(filters));
}
