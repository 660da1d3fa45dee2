/** GET /v1/runs: the latest runs, of one agent when asked. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

interface RunFilters {
  agent?: string;
  status?: string;
  limit?: number;
}

const runsQuery = (filters: RunFilters) =>
  queryOptions({
    queryKey: keys.runs(filters),
    queryFn: ({ signal }) => unwrap(client.GET("/v1/runs", { params: { query: filters }, signal })),
    placeholderData: keepPreviousData,
  });

export function useRuns(filters: RunFilters) {
  return useQuery(runsQuery(filters));
}
