/** POST /v1/threads/{id}/reply, /refund, /order-cancellation, /address, /return, /exchange, /reship, /discount, /vouch, /escalate and /resolve. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import type { components } from "./schema";

export type NewAddress = components["schemas"]["AddressIn"];

export type ReturnReason = NonNullable<components["schemas"]["ReturnIn"]["reason"]>;

export type ThreadAction =
  | { type: "reply"; text: string; key: string; language: "en" | "nl"; resolves: boolean }
  | { type: "refund"; amount: string; note: string }
  | { type: "cancel"; note: string }
  | { type: "address"; address: NewAddress; note: string }
  | { type: "return"; reason: ReturnReason; note: string }
  | ({ type: "exchange" } & components["schemas"]["ExchangeIn"])
  | { type: "reship"; note: string }
  | { type: "discount"; percent: number; days: number; note: string }
  | { type: "vouch"; message_id: string; note: string }
  | { type: "escalate" }
  | { type: "resolve" };

async function act(id: string, action: ThreadAction): Promise<string | null> {
  const params = { path: { thread_id: id } };
  switch (action.type) {
    case "reply": {
      const { type: _, ...body } = action;
      const found = await unwrap(client.POST("/v1/threads/{thread_id}/reply", { params, body }));
      return found.decision_id;
    }
    case "refund": {
      const { type: _, ...body } = action;
      const found = await unwrap(client.POST("/v1/threads/{thread_id}/refund", { params, body }));
      return found.decision_id;
    }
    case "cancel": {
      const { type: _, ...body } = action;
      const found = await unwrap(
        client.POST("/v1/threads/{thread_id}/order-cancellation", { params, body }),
      );
      return found.decision_id;
    }
    case "address": {
      const { type: _, ...body } = action;
      const found = await unwrap(client.POST("/v1/threads/{thread_id}/address", { params, body }));
      return found.decision_id;
    }
    case "return": {
      const { type: _, ...body } = action;
      // No lines: all of it that was sent.
      const found = await unwrap(
        client.POST("/v1/threads/{thread_id}/return", { params, body: { ...body, lines: {} } }),
      );
      return found.decision_id;
    }
    case "exchange": {
      const { type: _, ...body } = action;
      const found = await unwrap(client.POST("/v1/threads/{thread_id}/exchange", { params, body }));
      return found.decision_id;
    }
    case "reship": {
      const { type: _, ...body } = action;
      // No lines: all of it that was sent.
      const found = await unwrap(
        client.POST("/v1/threads/{thread_id}/reship", { params, body: { ...body, lines: {} } }),
      );
      return found.decision_id;
    }
    case "discount": {
      const { type: _, ...body } = action;
      const found = await unwrap(client.POST("/v1/threads/{thread_id}/discount", { params, body }));
      return found.decision_id;
    }
    case "vouch": {
      const { type: _, ...body } = action;
      await unwrap(client.POST("/v1/threads/{thread_id}/vouch", { params, body }));
      return null;
    }
    case "escalate":
      await unwrap(client.POST("/v1/threads/{thread_id}/escalate", { params }));
      return null;
    case "resolve":
      await unwrap(client.POST("/v1/threads/{thread_id}/resolve", { params }));
      return null;
  }
}

/** Gives the decision that came of it, where one did. */
export function useThreadAction(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (action: ThreadAction) => act(id, action),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["support"] }),
        queries.invalidateQueries({ queryKey: ["decisions"] }),
      ]),
  });
}
