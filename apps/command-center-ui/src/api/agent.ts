/** GET /v1/agents/{id}: one agent. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const agentQuery = (id: string) =>
  queryOptions({
    queryKey: keys.agent(id),
    queryFn: ({ signal }) =>
      unwrap(client.GET("/v1/agents/{agent_id}", { params: { path: { agent_id: id } }, signal })),
  });

export function useAgent(id: string) {
  return useQuery(agentQuery(id));
}
