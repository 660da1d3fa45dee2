/** The products, searched, filtered and sorted on the server; the list is virtual. */
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type ProductFilters, useProductPages } from "@/api/products";
import type { Product } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { SearchField, Segmented, Select } from "@/ui/fields";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { useUrlState } from "@/ui/use-url-state";
import { type Column, type Placement, VirtualTable } from "@/ui/VirtualTable";
import { Cover, Stock } from "./Cover";
import { availableOf, leastCover, priceRange, soldOf } from "./figures";

type StockFilter = NonNullable<ProductFilters["stock"]>;
type Sort = NonNullable<ProductFilters["sort"]>;

const PLACEMENT: Record<string, Placement> = {
  title: {},
  status: { wideOnly: true, width: "96px" },
  variants: { end: true, wideOnly: true, width: "88px" },
  price: { end: true, width: "168px", narrow: "88px" },
  available: { end: true, width: "96px", narrow: "80px" },
  sold: { end: true, wideOnly: true, width: "96px" },
  cover: { end: true, wideOnly: true, width: "96px" },
};

export function Catalogue() {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const [search, setSearch] = useUrlState();
  const stock = (search.stock ?? "all") as StockFilter;
  const sort = (search.sort ?? "title") as Sort;
  const pages = useProductPages({ stock, sort, ...(search.q ? { q: search.q } : {}) });
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.data) ?? [], [pages.data]);
  const first = pages.data?.pages[0];
  const columns = useColumns();
  const filtered = Boolean(search.q || search.stock);
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <SearchField
          label={t("products.search")}
          value={search.q ?? ""}
          onChange={(q) => setSearch({ q })}
          className="w-72 max-md:w-full"
        />
        <Segmented<StockFilter>
          label={t("products.stock")}
          value={stock}
          onChange={(value) => setSearch({ stock: value === "all" ? "" : value })}
          options={[
            { value: "all", label: t("products.stockAll") },
            { value: "low", label: t("products.stockLow") },
            { value: "out", label: t("products.stockOut") },
          ]}
        />
        <Select
          label={t("products.sort")}
          value={sort}
          onChange={(value) => setSearch({ sort: value === "title" ? "" : value })}
          options={[
            { value: "title", label: t("products.sortTitle") },
            { value: "sold", label: t("products.sortSold") },
            { value: "cover", label: t("products.sortCover") },
            { value: "price", label: t("products.sortPrice") },
          ]}
        />
        {first && (
          <span className="flex items-center gap-2 text-dense text-muted md:ml-auto">
            <span role="status">
              {t("products.count", { count: first.total, value: format.count(first.total) })}
            </span>
            <Source provenance={first.provenance} />
          </span>
        )}
      </div>
      <QueryView
        query={pages}
        isEmpty={() => rows.length === 0}
        empty={{ title: t("products.emptyTitle"), body: t("products.emptyBody") }}
        onClearFilters={filtered ? () => setSearch({ q: "", stock: "" }) : undefined}
      >
        {() => (
          <VirtualTable
            label={t("nav.products")}
            rows={rows}
            columns={columns}
            placement={PLACEMENT}
            rowId={(product) => product.id}
            onOpen={(product) =>
              void navigate({
                to: "/products/$productId",
                params: { productId: product.id },
              } as never)
            }
            more={{
              has: pages.hasNextPage,
              busy: pages.isFetchingNextPage,
              load: pages.fetchNextPage,
            }}
          />
        )}
      </QueryView>
    </>
  );
}

function useColumns(): Column<Product>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: "title",
        header: t("products.title"),
        cell: ({ row }) => (
          <Link
            to="/products/$productId"
            params={{ productId: row.original.id } as never}
            className="hover:text-accent"
          >
            {row.original.title}
            {row.original.product_type && (
              <span className="ml-2 text-meta text-muted max-md:hidden">
                {row.original.product_type}
              </span>
            )}
          </Link>
        ),
      },
      {
        id: "status",
        header: t("products.status"),
        cell: ({ row }) => {
          const status = row.original.status.toLowerCase();
          return (
            <span className="text-muted">
              {t(`productStatus.${status}` as "productStatus.active", { defaultValue: status })}
            </span>
          );
        },
      },
      {
        id: "variants",
        header: t("products.variants"),
        cell: ({ row }) => row.original.variants.length,
      },
      {
        id: "price",
        header: t("products.price"),
        cell: ({ row }) => {
          const range = priceRange(row.original.variants);
          if (!range) return "–";
          const [low, high] = range;
          if (low.amount === high.amount) return format.money(low);
          return (
            <>
              <span className="md:hidden">{format.money(low)}+</span>
              <span className="max-md:hidden">
                {format.money(low)} – {format.money(high)}
              </span>
            </>
          );
        },
      },
      {
        id: "available",
        header: t("products.available"),
        cell: ({ row }) => <Stock units={availableOf(row.original)} />,
      },
      {
        id: "sold",
        header: t("products.sold"),
        cell: ({ row }) => format.count(soldOf(row.original)),
      },
      {
        id: "cover",
        header: t("products.cover"),
        cell: ({ row }) => <Cover days={leastCover(row.original)} />,
      },
    ],
    [t, format],
  );
}
