/** How answers are kept: the live feed refreshes them, so nothing is polled. */
import { QueryCache, QueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { asProblem } from "@/api/problem";

const RETRIES = 2;

function worthRetrying(failures: number, error: unknown): boolean {
  const { status } = asProblem(error);
  return failures < RETRIES && (status === 0 || status >= 500);
}

export function createQueries(): QueryClient {
  const queries = new QueryClient({
    defaultOptions: {
      queries: { staleTime: 60_000, gcTime: 600_000, retry: worthRetrying },
      mutations: { retry: false },
    },
    queryCache: new QueryCache({
      onError: (error, query) => {
        const ended = asProblem(error).status === 401 && query.queryKey[0] !== "session";
        if (ended) void queries.invalidateQueries({ queryKey: keys.session });
      },
    }),
  });
  return queries;
}
