/** GET /v1/customers/cohorts: who came back, by the month of the first order. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const cohortsQuery = queryOptions({
  queryKey: keys.customerCohorts,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/customers/cohorts", { signal })),
});

export function useCohorts() {
  return useQuery(cohortsQuery);
}
