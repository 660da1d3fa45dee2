/** GET, PATCH and DELETE /v1/conversations/{id}: its turns, the newest page first. */
import {
  infiniteQueryOptions,
  skipToken,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { aira } from "./aira";
import { unwrap } from "./client";
import { keys } from "./keys";

const pathOf = (id: string) => ({ path: { conversation_id: id } });

const turnPages = (id: string | null) =>
  infiniteQueryOptions({
    queryKey: keys.conversation(id ?? ""),
    queryFn:
      id === null
        ? skipToken
        : ({ pageParam, signal }) => {
            const query = { limit: 20, ...(pageParam ? { cursor: pageParam } : {}) };
            const params = { ...pathOf(id), query };
            return unwrap(aira.GET("/v1/conversations/{conversation_id}", { params, signal }));
          },
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
      unwrap(
        aira.PATCH("/v1/conversations/{conversation_id}", { params: pathOf(id), body: { title } }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ["conversations"] }),
  });
}

export function useDeleteConversation() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(aira.DELETE("/v1/conversations/{conversation_id}", { params: pathOf(id) })),
    onSuccess: (_, id) => queries.removeQueries({ queryKey: keys.conversation(id) }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["conversations", "list"] }),
  });
}

/** Where the whole conversation can be had as a file. */
export function exportAddress(id: string, format: "json" | "markdown"): string {
  return `/v1/conversations/${encodeURIComponent(id)}/export?format=${format}`;
}
