/** GET /v1/session: who is signed in, which store, what is stopped, the newest sequence number. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/session", { signal })),
});

export function useSession() {
  return useQuery(sessionQuery);
}

/** Whether the signed-in person holds a permission; false while that is not yet known. */
export function useMay(permission: string): boolean {
  return useSession().data?.permissions.includes(permission) ?? false;
}
