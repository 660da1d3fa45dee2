/** POST /v1/agents/{id}/run: ask for a run; the worker carries it out. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export function requestRun(id: string, dryRun: boolean) {
  return unwrap(
    client.POST("/v1/agents/{agent_id}/run", {
      params: { path: { agent_id: id } },
      body: { dry_run: dryRun },
    }),
  );
}

export function useRunAgent(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (dryRun: boolean) => requestRun(id, dryRun),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["runs"] });
      void queries.invalidateQueries({ queryKey: keys.agents });
    },
  });
}
