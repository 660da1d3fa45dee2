/** GET /v1/segments/preview: whom a rule that is being written is true of. */
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const previewQuery = (rule: string) =>
  queryOptions({
    queryKey: keys.segmentPreview(rule),
    queryFn: ({ signal }) =>
      unwrap(client.GET("/v1/segments/preview", { params: { query: { rule } }, signal })),
    placeholderData: keepPreviousData,
  });

/** Nothing is asked for an empty rule. */
export function useSegmentPreview(rule: string) {
  return useQuery({ ...previewQuery(rule), enabled: rule !== "" });
}
