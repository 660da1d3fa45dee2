/** POST /v1/runs/{id}/cancel: lands at the next step boundary. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export function useCancelRun(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(client.POST("/v1/runs/{run_id}/cancel", { params: { path: { run_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.run(id) }),
  });
}
