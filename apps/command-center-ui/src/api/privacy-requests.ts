/** GET /v1/privacy-requests, and the export of one for the person it is about. */
import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";
import type { ApiProblem } from "./problem";

const privacyQuery = queryOptions({
  queryKey: keys.privacy,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/privacy-requests", { signal })),
});

export function usePrivacyRequests() {
  return useQuery(privacyQuery);
}

export function usePrivacyExport() {
  return useMutation<{ data: Record<string, unknown> }, ApiProblem, string>({
    mutationFn: (id) =>
      unwrap(
        client.GET("/v1/privacy-requests/{request_id}/export", {
          params: { path: { request_id: id } },
        }),
      ),
  });
}
