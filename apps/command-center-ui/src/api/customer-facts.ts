/** GET /v1/customer-facts: what a segment's rule may ask about. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const factsQuery = queryOptions({
  queryKey: keys.customerFacts,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/customer-facts", { signal })),
});

export function useCustomerFacts() {
  return useQuery(factsQuery);
}
