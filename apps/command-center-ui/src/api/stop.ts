/** POST /v1/stop and /v1/resume: the kill switch of the store or of one agent. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export function useStop() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { scope: string; reason: string }) =>
      unwrap(client.POST("/v1/stop", { body })),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: keys.session });
      void queries.invalidateQueries({ queryKey: keys.agents });
    },
  });
}

export function useResume() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { scope: string; reason: string }) =>
      unwrap(client.POST("/v1/resume", { body })),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: keys.session });
      void queries.invalidateQueries({ queryKey: keys.agents });
    },
  });
}
