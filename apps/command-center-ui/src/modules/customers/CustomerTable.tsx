/** The customers, most spent first, with what is expected of each. */
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { useCustomerPages } from "@/api/customers";
import type { Customer } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { QueryView } from "@/ui/QueryView";
import { Moment } from "@/ui/Time";
import { type Column, type Placement, VirtualTable } from "@/ui/VirtualTable";
import { backPercent } from "./figures";

const PLACEMENT: Record<string, Placement> = {
  name: {},
  orders: { end: true, width: "96px", wideOnly: true },
  last: { width: "150px", wideOnly: true },
  spent: { end: true, width: "112px", narrow: "96px" },
  back: { end: true, width: "130px", narrow: "84px" },
  value: { end: true, width: "130px", wideOnly: true },
};

interface CustomerTableProps {
  pages: ReturnType<typeof useCustomerPages>;
  onClearFilters: (() => void) | undefined;
}

export function CustomerTable({ pages, onClearFilters }: CustomerTableProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.data) ?? [], [pages.data]);
  const columns = useColumns();
  return (
    <div className="min-w-0">
      <QueryView
        query={pages}
        isEmpty={() => rows.length === 0}
        empty={{ title: t("customers.emptyTitle"), body: t("customers.emptyBody") }}
        onClearFilters={onClearFilters}
      >
        {() => (
          <VirtualTable
            label={t("nav.customers")}
            rows={rows}
            columns={columns}
            placement={PLACEMENT}
            rowId={(customer) => customer.id}
            onOpen={(customer) =>
              void navigate({
                to: "/customers/$customerId",
                params: { customerId: customer.id },
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
    </div>
  );
}

function useColumns(): Column<Customer>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(() => {
    const unknown = <span className="text-muted">{t("customers.unknown")}</span>;
    return [
      {
        id: "name",
        header: t("customers.name"),
        cell: ({ row }) => (
          <>
            <Link
              to="/customers/$customerId"
              params={{ customerId: row.original.id } as never}
              className="hover:text-accent"
            >
              {row.original.name ?? <span className="text-muted">{t("customers.nameless")}</span>}
            </Link>
            {row.original.country && (
              <span className="ml-2 text-meta text-muted">{row.original.country}</span>
            )}
          </>
        ),
      },
      { id: "orders", header: t("customers.orders"), cell: ({ row }) => row.original.orders },
      {
        id: "last",
        header: t("customers.last"),
        cell: ({ row }) =>
          row.original.last_order_at ? <Moment at={row.original.last_order_at} /> : "–",
      },
      {
        id: "spent",
        header: t("customers.spent"),
        cell: ({ row }) => format.money(row.original.spent),
      },
      {
        id: "back",
        header: t("customers.back"),
        cell: ({ row }) =>
          row.original.expected
            ? format.percent(backPercent(row.original.expected), { digits: 0 })
            : unknown,
      },
      {
        id: "value",
        header: t("customers.value"),
        cell: ({ row }) =>
          row.original.expected?.value
            ? format.money(row.original.expected.value, { whole: true })
            : unknown,
      },
    ];
  }, [t, format]);
}
