/** GET /v1/security and its findings; letting one wait and ending that. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";
import type { SuppressIn } from "./types";

const overviewQuery = queryOptions({
  queryKey: keys.security,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/security", { signal })),
});

export function useSecurity() {
  return useQuery(overviewQuery);
}

const findingPages = (state: "open" | "suppressed" | "resolved") =>
  infiniteQueryOptions({
    queryKey: keys.securityFindings({ state }),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/security/findings", {
          params: { query: { state, ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export function useFindingPages(state: "open" | "suppressed" | "resolved") {
  return useInfiniteQuery(findingPages(state));
}

export function useSuppress() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id: string; body: SuppressIn }) =>
      unwrap(
        client.POST("/v1/security/findings/{finding_id}/suppress", {
          params: { path: { finding_id: id } },
          body,
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.security }),
  });
}

export function useEndSuppression() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(
        client.POST("/v1/security/suppressions/{suppression_id}/end", {
          params: { path: { suppression_id: id } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.security }),
  });
}
