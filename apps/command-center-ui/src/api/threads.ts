/** GET /v1/threads, newest message first, and one thread with its messages and draft. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";
import type { paths } from "./schema";
import type { Thread } from "./types";

type Triage = NonNullable<Thread["triage"]>;
type Asked = NonNullable<paths["/v1/threads"]["get"]["parameters"]["query"]>;

export interface ThreadFilters {
  status?: Thread["status"];
  intent?: NonNullable<Asked["intent"]>;
  sentiment?: Triage["sentiment"];
  urgency?: Triage["urgency"];
}

const threadPages = (filters: ThreadFilters) =>
  infiniteQueryOptions({
    queryKey: keys.threads(filters),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/threads", {
          params: { query: { ...filters, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export function useThreadPages(filters: ThreadFilters) {
  return useInfiniteQuery(threadPages(filters));
}

export function useThread(id: string) {
  return useQuery({
    queryKey: keys.thread(id),
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/threads/{thread_id}", { params: { path: { thread_id: id } }, signal }),
      ),
  });
}
