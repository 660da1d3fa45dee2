/** PATCH /v1/agents/{id}: its schedule and its autonomy per kind of decision. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";
import type { AgentPatch } from "./types";

export function usePatchAgent(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: AgentPatch) =>
      unwrap(client.PATCH("/v1/agents/{agent_id}", { params: { path: { agent_id: id } }, body })),
    onSuccess: (agent) => {
      queries.setQueryData(keys.agent(id), agent);
      void queries.invalidateQueries({ queryKey: keys.agents });
    },
  });
}
