/** GET /v1/decisions/{id}: everything an approver or an auditor needs. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export const decisionQuery = (id: string) =>
  queryOptions({
    queryKey: keys.decision(id),
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/decisions/{decision_id}", {
          params: { path: { decision_id: id } },
          signal,
        }),
      ),
  });

export function useDecision(id: string) {
  return useQuery(decisionQuery(id));
}
