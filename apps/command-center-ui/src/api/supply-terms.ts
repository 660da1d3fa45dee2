/** GET and PUT /v1/supply-terms: what was entered about a supplier and about one variant. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { client, unwrap } from "./client";
import { keys } from "./keys";
import type { SupplyTermsIn } from "./types";

const termsQuery = (vendor: string | null, variant: string) =>
  queryOptions({
    queryKey: keys.supplyTerms(vendor, variant),
    queryFn: ({ signal }) =>
      unwrap(
        client.GET("/v1/supply-terms", {
          params: { query: { variant_id: variant, ...(vendor ? { vendor } : {}) } },
          signal,
        }),
      ),
  });

export function useSupplyTerms(vendor: string | null, variant: string) {
  return useQuery(termsQuery(vendor, variant));
}

/** Replaces what was entered for each subject. */
export function useEnterTerms() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (entries: SupplyTermsIn[]) => {
      for (const body of entries) await unwrap(client.PUT("/v1/supply-terms", { body }));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["stock", "terms"] }),
  });
}
