/** GET /v1/forecast: weekly demand of the whole store, a collection or a product type. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import type { GroupLevel } from "./demand";
import { keys } from "./keys";

export interface DemandOf {
  level: GroupLevel;
  id: string;
}

const asked = (of: DemandOf | null) => {
  if (of === null) return {};
  return of.level === "collection" ? { collection_id: of.id } : { category: of.id };
};

const forecastQuery = (of: DemandOf | null) =>
  queryOptions({
    queryKey: keys.forecast(of),
    queryFn: ({ signal }) =>
      unwrap(client.GET("/v1/forecast", { params: { query: asked(of) }, signal })),
  });

export function useForecast(of: DemandOf | null = null) {
  return useQuery(forecastQuery(of));
}
