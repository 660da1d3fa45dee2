/** GET, PATCH and DELETE /v1/conversations/{id}: its turns, the newest page first. */
import {
  infiniteQueryOptions,
  skipToken,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { ask, type Conversation, type ConversationDetail } from "./aira";
import { keys } from "./keys";

const pathOf = (id: string) => `/v1/conversations/${encodeURIComponent(id)}`;

const turnPages = (id: string | null) =>
  infiniteQueryOptions({
    queryKey: keys.conversation(id ?? ""),
    queryFn:
      id === null
        ? skipToken
        : ({ pageParam, signal }) =>
            ask<ConversationDetail>(pathOf(id), {
              query: { cursor: pageParam, limit: 20 },
              signal,
            }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // Another tab may have said something since: looking again is cheap.
    staleTime: 2_000,
    refetchOnWindowFocus: true,
  });

export function useConversation(id: string | null) {
  return useInfiniteQuery(turnPages(id));
}

export function useRenameConversation() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, title }: { id: string; title: string }) =>
      ask<Conversation>(pathOf(id), { method: "PATCH", body: { title } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["conversations"] }),
  });
}

export function useDeleteConversation() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => ask<void>(pathOf(id), { method: "DELETE" }),
    onSuccess: (_, id) => queries.removeQueries({ queryKey: keys.conversation(id) }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["conversations", "list"] }),
  });
}

/** Where the whole conversation can be had as a file. */
export function exportAddress(id: string, format: "json" | "markdown"): string {
  return `${pathOf(id)}/export?format=${format}`;
}
