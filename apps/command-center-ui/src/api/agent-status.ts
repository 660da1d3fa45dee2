/** POST /v1/agents/{id}/pause and /resume. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export function useAgentStatus(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (to: "pause" | "resume") => {
      const params = { path: { agent_id: id } };
      return to === "pause"
        ? unwrap(client.POST("/v1/agents/{agent_id}/pause", { params }))
        : unwrap(client.POST("/v1/agents/{agent_id}/resume", { params }));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.agents }),
  });
}
