/** DELETE /v1/session: sign out of this browser. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(client.DELETE("/v1/session")),
    onSuccess: async () => {
      await globalThis.caches?.delete("last-answers");
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
      await queries.resetQueries({ queryKey: keys.session });
    },
  });
}
