/** Flows, their text and its check; messages, one of them, and a template's preview. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const flowsQuery = queryOptions({
  queryKey: keys.flows,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/flows", { signal })),
});

export function useFlows() {
  return useQuery(flowsQuery);
}

/** Every problem of a text; nothing is saved. */
export function useCheckFlow() {
  return useMutation({
    mutationFn: (text: string) => unwrap(client.POST("/v1/flows/check", { body: { text } })),
  });
}

/** Whom a text is about, and what it would have done last month; nothing is saved or sent. */
export function useTryFlow() {
  return useMutation({
    mutationFn: (text: string) => unwrap(client.POST("/v1/flows/trial", { body: { text } })),
  });
}

interface FlowEdit {
  id: string;
  version: number;
  text: string;
}

/** `version` is the one that was edited: a newer one answers 409. */
export function useSaveFlow() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, version, text }: FlowEdit) =>
      unwrap(
        client.PUT("/v1/flows/{flow_id}", {
          params: { path: { flow_id: id } },
          body: { version, text },
        }),
      ),
    onSuccess: (flows) => queries.setQueryData(keys.flows, flows),
  });
}

const messagePages = (flow: string | undefined) =>
  infiniteQueryOptions({
    queryKey: keys.messages({ flow }),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/messages", {
          params: { query: { ...(flow ? { flow } : {}), ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export function useMessagePages(flow: string | undefined) {
  return useInfiniteQuery(messagePages(flow));
}

const suppressionsQuery = queryOptions({
  queryKey: [...keys.messages({ flow: undefined }), "suppressions"],
  queryFn: ({ signal }) =>
    unwrap(client.GET("/v1/message-suppressions", { params: { query: { limit: 100 } }, signal })),
});

export function useSuppressions() {
  return useQuery(suppressionsQuery);
}

/** Let an address have mail again. */
export function useLiftSuppression() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (digest: string) =>
      unwrap(client.DELETE("/v1/message-suppressions/{digest}", { params: { path: { digest } } })),
    onSuccess: (page) => queries.setQueryData(suppressionsQuery.queryKey, page),
  });
}

export function useMessage(id: string | undefined) {
  return useQuery({
    queryKey: keys.message(id ?? ""),
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/messages/{message_id}", {
          params: { path: { message_id: id ?? "" } },
          signal,
        }),
      ),
    enabled: id !== undefined,
  });
}

/** Without a customer it is the one who ordered last. */
export function usePreview(template: string, language: "en" | "nl", customer: string) {
  const query = { template, language, ...(customer ? { customer_id: customer } : {}) };
  return useQuery({
    queryKey: keys.preview(template, language, customer),
    queryFn: ({ signal }) =>
      unwrap(client.GET("/v1/message-preview", { params: { query }, signal })),
    retry: false,
  });
}
