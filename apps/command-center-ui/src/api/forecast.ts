/** GET /v1/forecast: weekly demand of the whole store, or of one variant. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const forecastQuery = (variant: string | null) =>
  queryOptions({
    queryKey: keys.forecast(variant),
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/forecast", {
          params: { query: variant ? { variant_id: variant } : {} },
          signal,
        }),
      ),
  });

export function useForecast(variant: string | null = null) {
  return useQuery(forecastQuery(variant));
}
