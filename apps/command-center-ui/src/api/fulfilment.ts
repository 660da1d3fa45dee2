/** GET /v1/fulfilment: open orders that want a look, and how good scores and promises were. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const fulfilmentQuery = queryOptions({
  queryKey: keys.fulfilment,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/fulfilment", { signal })),
});

export function useFulfilment() {
  return useQuery(fulfilmentQuery);
}
