/** GET /v1/customers/{id}: what is known of one customer, and every segment explained. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const customerQuery = (id: string) =>
  queryOptions({
    queryKey: keys.customer(id),
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/customers/{customer_id}", {
          params: { path: { customer_id: id } },
          signal,
        }),
      ),
  });

export function useCustomer(id: string) {
  return useQuery(customerQuery(id));
}
