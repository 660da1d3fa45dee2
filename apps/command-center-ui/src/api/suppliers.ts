/** /v1/suppliers, /v1/offers, /v1/supplier-orders: feeds, offers, promise against fact. */
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
import type { FeedSettings, SupplierAnswer, SupplierSettings } from "./types";

const suppliersQuery = queryOptions({
  queryKey: keys.suppliers,
  queryFn: ({ signal }) => unwrap(client.GET("/v1/suppliers", { signal })),
});

export function useSuppliers() {
  return useQuery(suppliersQuery);
}

export function useSupplier(id: string) {
  return useQuery({
    queryKey: keys.supplier(id),
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/suppliers/{supplier_id}", {
          params: { path: { supplier_id: id } },
          signal,
        }),
      ),
  });
}

/** The first rows as offers under a column map that is not saved yet. */
export function usePreview(id: string, feed: FeedSettings, enabled: boolean) {
  return useQuery({
    queryKey: keys.supplierPreview(id, feed),
    queryFn: ({ signal }) =>
      unwrap(
        client.POST("/v1/suppliers/{supplier_id}/preview", {
          params: { path: { supplier_id: id } },
          body: { feed },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    enabled,
  });
}

export interface OfferFilters {
  q?: string;
  matched?: "all" | "yes" | "no";
}

const offerPages = (filters: OfferFilters) =>
  infiniteQueryOptions({
    queryKey: keys.offers(filters),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET("/v1/offers", {
          params: {
            query: { ...filters, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export function useOfferPages(filters: OfferFilters) {
  return useInfiniteQuery(offerPages(filters));
}

export function useSupplierOrders() {
  return useQuery({
    queryKey: keys.supplierOrders,
    queryFn: ({ signal }) =>
      unwrap(client.GET("/v1/supplier-orders", { params: { query: { limit: 50 } }, signal })),
  });
}

interface OrderMail {
  orderId: string;
  to: string;
  /** Chosen once per dialog: the same one sent twice decides once. */
  key: string;
}

export function useMailOrder() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ orderId, ...body }: OrderMail) =>
      unwrap(
        client.POST("/v1/purchase-orders/{order_id}/mail", {
          params: { path: { order_id: orderId } },
          body,
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.purchaseOrderPages }),
  });
}

/** What a supplier's mail says of an order that went to it by mail. */
export function useAnswerOrder(reference: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: SupplierAnswer) =>
      unwrap(
        client.POST("/v1/supplier-orders/{reference}/answer", {
          params: { path: { reference } },
          body,
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.supplierOrders }),
  });
}

export interface Entry {
  name: string;
  kind: "feed" | "printful" | "autods" | "spocket" | "manual";
  settings: SupplierSettings;
}

export function useEnterSupplier() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Entry) => unwrap(client.POST("/v1/suppliers", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.suppliers }),
  });
}

export interface SupplierEdit {
  version: number;
  name: string;
  active: boolean;
  settings: SupplierSettings;
}

export function useChangeSupplier(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: SupplierEdit) =>
      unwrap(
        client.PUT("/v1/suppliers/{supplier_id}", {
          params: { path: { supplier_id: id } },
          body,
        }),
      ),
    onSuccess: (supplier) => queries.setQueryData(keys.supplier(id), supplier),
  });
}

export function useReadSupplier(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(
        client.POST("/v1/suppliers/{supplier_id}/read", {
          params: { path: { supplier_id: id } },
        }),
      ),
    onSuccess: (supplier) => queries.setQueryData(keys.supplier(id), supplier),
  });
}
