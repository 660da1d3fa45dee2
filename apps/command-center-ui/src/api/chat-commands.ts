/** GET /v1/commands and /v1/commands/complete: what a message with / first can be. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { aira } from "./aira";
import { unwrap } from "./client";
import { keys } from "./keys";

const commandsQuery = queryOptions({
  queryKey: keys.chatCommands,
  queryFn: ({ signal }) => unwrap(aira.GET("/v1/commands", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});

const completionsQuery = (text: string) =>
  queryOptions({
    queryKey: keys.completions(text),
    queryFn: ({ signal }) =>
      unwrap(aira.GET("/v1/commands/complete", { params: { query: { text } }, signal })),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

export function useChatCommands() {
  return useQuery(commandsQuery);
}

/** Asks only about a text that begins a command. */
export function useCompletions(text: string | null) {
  return useQuery({ ...completionsQuery(text ?? ""), enabled: text !== null });
}
