/** GET /v1/webhooks and the replay of one. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";
import type { ApiProblem } from "./problem";

export type WebhookState = "waiting" | "running" | "handled" | "failed";

const webhookPages = (state: WebhookState | null) =>
  infiniteQueryOptions({
    queryKey: keys.webhooks(state),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/webhooks", {
          params: {
            query: {
              limit: 20,
              ...(state ? { state } : {}),
              ...(pageParam ? { cursor: pageParam } : {}),
            },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });

export function useWebhooks(state: WebhookState | null) {
  return useInfiniteQuery(webhookPages(state));
}

export function useReplayWebhook() {
  const queries = useQueryClient();
  return useMutation<unknown, ApiProblem, string>({
    mutationFn: (id) =>
      unwrap(
        client.POST("/v1/webhooks/{webhook_id}/replay", { params: { path: { webhook_id: id } } }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.connections }),
  });
}
