/** GET /v1/agents: every registered agent with its health and what waits. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export const agentsQuery = queryOptions({
  queryKey: keys.agents,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/agents", { signal })),
});

export function useAgents() {
  return useQuery(agentsQuery);
}
