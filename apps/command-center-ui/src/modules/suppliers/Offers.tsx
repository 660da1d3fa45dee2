/** Offers in force: searched on the server, page after page. */
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type OfferFilters, useOfferPages } from "@/api/suppliers";
import type { Offer } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { SearchField, Segmented } from "@/ui/fields";
import { QueryView } from "@/ui/QueryView";
import { Tag } from "@/ui/Tone";
import { useUrlState } from "@/ui/use-url-state";
import { type Column, type Placement, VirtualTable } from "@/ui/VirtualTable";
import { leadTime } from "./words";

type Matched = NonNullable<OfferFilters["matched"]>;

const PLACEMENT: Record<string, Placement> = {
  title: {},
  supplier: { wideOnly: true, width: "184px" },
  cost: { end: true, wideOnly: true, width: "96px" },
  landed: { end: true, width: "104px", narrow: "88px" },
  lead: { end: true, width: "112px", narrow: "96px" },
  stock: { end: true, wideOnly: true, width: "88px" },
  minimum: { end: true, wideOnly: true, width: "72px" },
};

export function Offers() {
  const { t } = useTranslation();
  const [search, setSearch] = useUrlState();
  const matched = (search.matched ?? "all") as Matched;
  const pages = useOfferPages({ matched, ...(search.q ? { q: search.q } : {}) });
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.data) ?? [], [pages.data]);
  const columns = useColumns();
  const navigate = useNavigate();
  const total = pages.data?.pages[0]?.total;
  const format = useFormat();
  return (
    <section aria-label={t("suppliers.offers")} className="mt-6">
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <h2 className="mr-2 text-lead">{t("suppliers.offers")}</h2>
        <SearchField
          label={t("suppliers.search")}
          value={search.q ?? ""}
          onChange={(q) => setSearch({ q })}
          className="w-72 max-md:w-full"
        />
        <Segmented<Matched>
          label={t("suppliers.filter")}
          value={matched}
          onChange={(value) => setSearch({ matched: value === "all" ? "" : value })}
          options={[
            { value: "all", label: t("suppliers.all") },
            { value: "yes", label: t("suppliers.matched") },
            { value: "no", label: t("suppliers.unmatched") },
          ]}
        />
        <span role="status" className="text-dense text-muted">
          {total !== undefined &&
            t("suppliers.offersCount", { count: total, value: format.count(total) })}
        </span>
        <a href="/v1/offers.csv" className="text-dense text-accent underline underline-offset-2">
          {t("suppliers.export")}
        </a>
      </div>
      <QueryView
        query={pages}
        isEmpty={() => rows.length === 0}
        empty={{ title: t("suppliers.noOffers"), body: t("suppliers.noOffersBody") }}
        onClearFilters={
          search.q || search.matched ? () => setSearch({ q: "", matched: "" }) : undefined
        }
      >
        {() => (
          <VirtualTable
            label={t("suppliers.offers")}
            rows={rows}
            columns={columns}
            placement={PLACEMENT}
            rowId={(offer) => `${offer.supplier_id}/${offer.supplier_sku}`}
            onOpen={(offer) =>
              void navigate({
                to: "/suppliers/$supplierId",
                params: { supplierId: offer.supplier_id },
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
    </section>
  );
}

function useColumns(): Column<Offer>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(() => {
    const money = (value: Offer["cost"]) => (value ? format.money(value) : t("suppliers.unknown"));
    const count = (value: number | null) =>
      value === null ? t("suppliers.unknown") : format.count(value);
    return [
      {
        id: "title",
        header: t("suppliers.article"),
        cell: ({ row }) => (
          <>
            {row.original.title}
            <span className="ml-2 font-mono text-meta text-muted max-md:hidden">
              {row.original.supplier_sku}
            </span>
            {row.original.unread !== null && (
              <span className="ml-2 max-md:ml-0 max-md:block" title={row.original.unread}>
                <Tag tone="warn">{t("suppliers.lastKnown")}</Tag>
                <span className="sr-only">{row.original.unread}</span>
              </span>
            )}
          </>
        ),
      },
      {
        id: "supplier",
        header: t("suppliers.supplier"),
        cell: ({ row }) => (
          <Link
            to="/suppliers/$supplierId"
            params={{ supplierId: row.original.supplier_id } as never}
            className="text-muted hover:text-accent"
          >
            {row.original.supplier_name}
          </Link>
        ),
      },
      { id: "cost", header: t("suppliers.cost"), cell: ({ row }) => money(row.original.cost) },
      {
        id: "landed",
        header: t("suppliers.landed"),
        cell: ({ row }) => money(row.original.landed),
      },
      { id: "lead", header: t("suppliers.lead"), cell: ({ row }) => leadTime(row.original, t) },
      { id: "stock", header: t("suppliers.stock"), cell: ({ row }) => count(row.original.stock) },
      {
        id: "minimum",
        header: t("suppliers.minimum"),
        cell: ({ row }) => count(row.original.minimum_order),
      },
    ];
  }, [t, format]);
}
