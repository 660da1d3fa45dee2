/** GET /v1/conversations: own conversations, the last used first; q searches titles and messages. */
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { ask, type ConversationList } from "./aira";
import { keys } from "./keys";

const conversationPages = (q: string) =>
  infiniteQueryOptions({
    queryKey: keys.conversations(q),
    queryFn: ({ pageParam, signal }) =>
      ask<ConversationList>("/v1/conversations", {
        query: { q: q || null, cursor: pageParam, limit: 30 },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });

export function useConversations(q: string) {
  return useInfiniteQuery(conversationPages(q));
}
