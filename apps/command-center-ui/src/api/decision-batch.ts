/** POST /v1/decisions/batch: many decisions, each bound to the arguments that were seen. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";

interface Batch {
  action: "approve" | "reject";
  decisions: { id: string; argument_hash: string }[];
}

export function useDecisionBatch() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (batch: Batch) =>
      unwrap(client.POST("/v1/decisions/batch", { body: { ...batch, reason: "" } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["decisions"] }),
  });
}
