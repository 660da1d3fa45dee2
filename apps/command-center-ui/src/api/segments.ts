/** /v1/segments: the saved rules with their members counted; save, change, remove. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";
import type { ApiProblem } from "./problem";
import type { Segment } from "./types";

const segmentsQuery = queryOptions({
  queryKey: keys.segments,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/segments", { signal })),
});

export function useSegments() {
  return useQuery(segmentsQuery);
}

interface Draft {
  name: string;
  rule: string;
}

/** Saves a new segment, or a change of `edited`: another version in force answers 409. */
export function useSaveSegment(edited: Segment | null) {
  const queries = useQueryClient();
  return useMutation<Segment, ApiProblem, Draft>({
    mutationFn: (draft) =>
      edited
        ? unwrap(
            client.PUT("/v1/segments/{segment_id}", {
              params: { path: { segment_id: edited.id } },
              body: { ...draft, version: edited.version },
            }),
          )
        : unwrap(client.POST("/v1/segments", { body: draft })),
    onSettled: () => refresh(queries),
  });
}

export function useRemoveSegment() {
  const queries = useQueryClient();
  return useMutation<Segment, ApiProblem, Segment>({
    mutationFn: ({ id, version }) =>
      unwrap(
        client.DELETE("/v1/segments/{segment_id}", {
          params: { path: { segment_id: id }, query: { version } },
        }),
      ),
    onSettled: () => refresh(queries),
  });
}

function refresh(queries: ReturnType<typeof useQueryClient>) {
  return Promise.all([
    queries.invalidateQueries({ queryKey: keys.segments }),
    queries.invalidateQueries({ queryKey: ["customers"] }),
  ]);
}
