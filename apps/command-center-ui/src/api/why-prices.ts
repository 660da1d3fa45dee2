/** GET /v1/products/{id}/why: why each variant's price stands, by the last pricing run. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const whyPricesQuery = (id: string) =>
  queryOptions({
    queryKey: keys.whyPrices(id),
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/products/{product_id}/why", {
          params: { path: { product_id: id } },
          signal,
        }),
      ),
  });

export function useWhyPrices(id: string) {
  return useQuery(whyPricesQuery(id));
}
