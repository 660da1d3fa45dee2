/** GET /v1/orders/{id}: one order with its lines and refunds. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const orderQuery = (id: string) =>
  queryOptions({
    queryKey: keys.order(id),
    queryFn: ({ signal }) =>
      unwrap(client.GET("/v1/orders/{order_id}", { params: { path: { order_id: id } }, signal })),
  });

export function useOrder(id: string) {
  return useQuery(orderQuery(id));
}
