/** GET and PUT /v1/policies: the limits the gate reads. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";
import type { PolicyDocument } from "./types";

const policiesQuery = queryOptions({
  queryKey: keys.policies,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/policies", { signal })),
});

export function usePolicies() {
  return useQuery(policiesQuery);
}

/** `version` is the one that was edited: a newer one in force answers 409. */
export function useReplacePolicies() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { version: number; document: PolicyDocument; reason: string }) =>
      unwrap(client.PUT("/v1/policies", { body })),
    onSuccess: (policy) => {
      queries.setQueryData(keys.policies, policy);
      void queries.invalidateQueries({ queryKey: ["decisions"] });
    },
  });
}
