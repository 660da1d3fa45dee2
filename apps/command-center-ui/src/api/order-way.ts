/** GET /v1/fulfilment/{id}: one order's risk, route, troubles and timeline. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const orderWayQuery = (id: string) =>
  queryOptions({
    queryKey: keys.orderWay(id),
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/fulfilment/{order_id}", { params: { path: { order_id: id } }, signal }),
      ),
  });

export function useOrderWay(id: string) {
  return useQuery(orderWayQuery(id));
}
