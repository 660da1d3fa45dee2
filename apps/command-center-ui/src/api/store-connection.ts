/** GET /v1/connections/store and what a person does with it: connect, consent, disconnect. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";
import type { ApiProblem } from "./problem";

/** While what was entered is being checked, the answer is looked for this often. */
const CHECKING_MS = 2000;

const storeConnectionQuery = queryOptions({
  queryKey: keys.storeConnection,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/connections/store", { signal })),
  refetchInterval: (query) =>
    query.state.data?.candidate?.state === "checking" ? CHECKING_MS : false,
});

export function useStoreConnection() {
  return useQuery(storeConnectionQuery);
}

export interface Entered {
  shop: string;
  client_id: string;
  client_secret: string;
  access_token: string;
}

export type Way = "install" | "key" | "token";

function send(way: Way, entered: Entered): Promise<string | null> {
  const { shop, client_id, client_secret, access_token } = entered;
  if (way === "token") {
    const body = { shop, access_token };
    return unwrap(client.POST("/v1/connections/store/token", { body })).then(() => null);
  }
  const body = { shop, client_id, client_secret };
  if (way === "key") {
    return unwrap(client.POST("/v1/connections/store/key", { body })).then(() => null);
  }
  return unwrap(client.POST("/v1/connections/store/install", { body })).then(({ url }) => url);
}

/** Answers with the address of Shopify's consent page, or null where none is needed. */
export function useConnectStore() {
  const queries = useQueryClient();
  return useMutation<string | null, ApiProblem, { way: Way; entered: Entered }>({
    mutationFn: ({ way, entered }) => send(way, entered),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.connections }),
  });
}

export function useAskConsent() {
  return useMutation<{ url: string }, ApiProblem>({
    mutationFn: () => unwrap(client.POST("/v1/connections/store/consent")),
  });
}

export function useDisconnectStore() {
  const queries = useQueryClient();
  return useMutation<unknown, ApiProblem, string>({
    mutationFn: (confirm) =>
      unwrap(client.POST("/v1/connections/store/disconnect", { body: { confirm } })),
    // Another store is shown from now on: nothing that was kept is about it.
    onSuccess: () => queries.invalidateQueries(),
  });
}
