/** POST /v1/decisions/{id}/approve, /reject and /revert. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export type DecisionAction =
  | { type: "approve"; id: string; argumentHash: string }
  | { type: "reject"; id: string; reason: string }
  | { type: "revert"; id: string };

function act(action: DecisionAction) {
  const params = { path: { decision_id: action.id } };
  switch (action.type) {
    case "approve":
      return unwrap(
        client.POST("/v1/decisions/{decision_id}/approve", {
          params,
          body: { argument_hash: action.argumentHash },
        }),
      );
    case "reject":
      return unwrap(
        client.POST("/v1/decisions/{decision_id}/reject", {
          params,
          body: { reason: action.reason },
        }),
      );
    case "revert":
      return unwrap(client.POST("/v1/decisions/{decision_id}/revert", { params }));
  }
}

/** The answer is shown at once; the events that follow bring the later states. */
export function useDecisionAction() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (decision) => queries.setQueryData(keys.decision(decision.id), decision),
    onSettled: () => queries.invalidateQueries({ queryKey: ["decisions"] }),
  });
}
