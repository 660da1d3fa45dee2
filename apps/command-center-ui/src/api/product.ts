/** GET /v1/products/{id}: one product with its variants and their forecasts. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const productQuery = (id: string) =>
  queryOptions({
    queryKey: keys.product(id),
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/products/{product_id}", { params: { path: { product_id: id } }, signal }),
      ),
  });

export function useProduct(id: string) {
  return useQuery(productQuery(id));
}
