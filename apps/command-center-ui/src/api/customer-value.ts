/** GET /v1/customers/value: what all customers are expected to do in the coming year. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const valueQuery = queryOptions({
  queryKey: keys.customerValue,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/customers/value", { signal })),
});

export function useCustomerValue() {
  return useQuery(valueQuery);
}
