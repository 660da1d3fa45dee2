/** GET /v1/engine: what waits, who works, what is due; refreshed by events and heartbeats. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const engineQuery = queryOptions({
  queryKey: keys.engine,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/engine", { signal })),
});

export function useEngine() {
  return useQuery(engineQuery);
}
