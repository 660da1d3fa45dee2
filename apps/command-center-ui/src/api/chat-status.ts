/** GET /v1/chat: whether a model can talk, what is missing, the budget, the limits. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { ask, type ChatStatus } from "./aira";
import { keys } from "./keys";

const chatStatusQuery = queryOptions({
  queryKey: keys.chatStatus,
  queryFn: ({ signal }) => ask<ChatStatus>("/v1/chat", { signal }),
  staleTime: 15_000,
});

export function useChatStatus() {
  return useQuery(chatStatusQuery);
}
