/** POST /v1/connections/{id}/sync: read the store again now. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export function useSyncConnection() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(
        client.POST("/v1/connections/{connection_id}/sync", {
          params: { path: { connection_id: id } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.connections }),
  });
}
