/** GET /v1/connections: each outside system and how it stands. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const connectionsQuery = queryOptions({
  queryKey: keys.connections,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/connections", { signal })),
});

export function useConnections() {
  return useQuery(connectionsQuery);
}
