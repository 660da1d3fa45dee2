/** GET /v1/conversations: own conversations, the last used first; q searches titles and messages. */
import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { aira } from "./aira";
import { unwrap } from "./client";
import { keys } from "./keys";

const conversationPages = (q: string) =>
  infiniteQueryOptions({
    queryKey: keys.conversations(q),
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 30, ...(q ? { q } : {}), ...(pageParam ? { cursor: pageParam } : {}) };
      return unwrap(aira.GET("/v1/conversations", { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });

export function useConversations(q: string) {
  return useInfiniteQuery(conversationPages(q));
}
