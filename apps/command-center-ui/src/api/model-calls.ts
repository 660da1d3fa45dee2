/** GET /v1/model-calls/{id}: what a model was shown in one call. */
import { useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";

/** Its texts may be erased, so it is asked for each time it is opened. */
export function useModelCall(callId: string) {
  return useQuery({
    queryKey: ["model-calls", callId],
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/model-calls/{call_id}", { params: { path: { call_id: callId } }, signal }),
      ),
  });
}
