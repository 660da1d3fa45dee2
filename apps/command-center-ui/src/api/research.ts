/** GET /v1/research: the newest shortlist of product research. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const researchQuery = queryOptions({
  queryKey: keys.research,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/research", { signal })),
});

export function useResearch() {
  return useQuery(researchQuery);
}
