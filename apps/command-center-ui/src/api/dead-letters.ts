/** GET /v1/dead-letters and its retry and dismiss: work that was given up. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const deadLettersQuery = queryOptions({
  queryKey: keys.deadLetters,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/dead-letters", { signal })),
});

export function useDeadLetters() {
  return useQuery(deadLettersQuery);
}

export function useSettleDeadLetter() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, how }: { id: string; how: "retry" | "dismiss" }) =>
      unwrap(
        client.POST(`/v1/dead-letters/{letter_id}/${how}`, { params: { path: { letter_id: id } } }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.deadLetters }),
  });
}
