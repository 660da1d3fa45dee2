/** GET /v1/chat: whether a model can talk, what is missing, the budget, the limits. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { aira } from "./aira";
import { unwrap } from "./client";
import { keys } from "./keys";

const chatStatusQuery = queryOptions({
  queryKey: keys.chatStatus,
  queryFn: ({ signal }) => unwrap(aira.GET("/v1/chat", { signal })),
  staleTime: 15_000,
});

export function useChatStatus() {
  return useQuery(chatStatusQuery);
}

/** POST /v1/chat/budget: another day's budget for today, for the one who asks. */
export function useGrantBudget(owner: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(aira.POST("/v1/chat/budget", { body: { owner } })),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.chatStatus }),
  });
}
