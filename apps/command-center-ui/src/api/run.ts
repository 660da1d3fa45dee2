/** GET /v1/runs/{id}: one run with its steps. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const runQuery = (id: string) =>
  queryOptions({
    queryKey: keys.run(id),
    queryFn: ({ signal }) =>
      unwrap(client.GET("/v1/runs/{run_id}", { params: { path: { run_id: id } }, signal })),
  });

export function useRun(id: string) {
  return useQuery(runQuery(id));
}
