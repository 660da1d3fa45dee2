/** GET /v1/purchase-orders, and what came in: POST …/receipts and …/close. */
import {
  infiniteQueryOptions,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";

const purchaseOrderPages = infiniteQueryOptions({
  queryKey: keys.purchaseOrderPages,
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      client.GET("/v1/purchase-orders", {
        params: { query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
});

export function usePurchaseOrderPages() {
  return useInfiniteQuery(purchaseOrderPages);
}

interface Delivery {
  orderId: string;
  quantity: number;
  final: boolean;
  /** Chosen once per entry: the same one sent twice books the goods once. */
  key: string;
}

function useOrderChange<Given>(change: (given: Given) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => queries.invalidateQueries({ queryKey: ["stock"] }),
  });
}

export function useReceive() {
  return useOrderChange(({ orderId, ...body }: Delivery) =>
    unwrap(
      client.POST("/v1/purchase-orders/{order_id}/receipts", {
        params: { path: { order_id: orderId } },
        body,
      }),
    ),
  );
}

export function useCloseOrder() {
  return useOrderChange((orderId: string) =>
    unwrap(
      client.POST("/v1/purchase-orders/{order_id}/close", {
        params: { path: { order_id: orderId } },
      }),
    ),
  );
}
