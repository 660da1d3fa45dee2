/** /v1/analytics: anomalies with what drives them, forecasts, reports, and how good they were. */
import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";
import type { ApiProblem } from "./problem";
import type { Anomaly } from "./types";

const anomalyPages = infiniteQueryOptions({
  queryKey: keys.analytics("anomalies", {}),
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      client.GET("/v1/analytics/anomalies", {
        params: { query: pageParam ? { cursor: pageParam } : {} },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
});

export function useAnomalies() {
  return useInfiniteQuery(anomalyPages);
}

interface Judged {
  id: string;
  verdict: "confirmed" | "dismissed";
}

export function useJudgeAnomaly() {
  const queries = useQueryClient();
  return useMutation<Anomaly, ApiProblem, Judged>({
    mutationFn: ({ id, verdict }) =>
      unwrap(
        client.POST("/v1/analytics/anomalies/{anomaly_id}/verdict", {
          params: { path: { anomaly_id: id } },
          body: { verdict },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["analytics"] }),
  });
}

const forecastQuery = (metric: string, grain: string, enabled: boolean) =>
  queryOptions({
    enabled,
    queryKey: keys.analytics("forecast", { metric, grain }),
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/analytics/forecast", { params: { query: { metric, grain } }, signal }),
      ),
  });

export function useMetricForecast(metric: string, grain: string, enabled: boolean) {
  return useQuery(forecastQuery(metric, grain, enabled));
}

const reportsQuery = queryOptions({
  queryKey: keys.analytics("reports", {}),
  queryFn: ({ signal }) => unwrap(client.GET("/v1/analytics/reports", { signal })),
});

export function useReports() {
  return useQuery(reportsQuery);
}

const accuracyQuery = queryOptions({
  queryKey: keys.analytics("accuracy", {}),
  queryFn: ({ signal }) => unwrap(client.GET("/v1/analytics/accuracy", { signal })),
});

export function useAnalyticsAccuracy() {
  return useQuery(accuracyQuery);
}

/** Where the browser opens a report: `page` to read, `document` to print. */
export function reportAddress(id: string, form: "page" | "document", language: string): string {
  const asked = new URLSearchParams({ language: language.startsWith("nl") ? "nl" : "en" });
  return `/v1/analytics/reports/${encodeURIComponent(id)}/${form}?${asked}`;
}
