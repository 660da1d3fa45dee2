/** Orders, newest first, with what they were worth after refunds. */
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useOrderPages } from "@/api/orders";
import type { Order } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { SearchField, Select } from "@/ui/fields";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { Moment } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";
import { useUrlState } from "@/ui/use-url-state";
import { type Column, type Placement, VirtualTable } from "@/ui/VirtualTable";
import { Attention } from "./Attention";
import { PAYMENT_STATES, paymentTone, stateKey } from "./states";

const PLACEMENT: Record<string, Placement> = {
  order: { width: "132px", narrow: "80px" },
  date: { wideOnly: true, width: "150px" },
  customer: {},
  payment: { wideOnly: true, width: "140px" },
  fulfilment: { wideOnly: true, width: "140px" },
  units: { end: true, wideOnly: true, width: "72px" },
  total: { end: true, wideOnly: true, width: "120px" },
  net: { end: true, width: "120px", narrow: "96px" },
};

const DATE = "h-9 rounded-control border border-line-strong bg-surface px-2 text-body max-md:h-11";

export default function Orders() {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const [search, setSearch] = useUrlState();
  const { q, payment, from, to } = search;
  const pages = useOrderPages({
    ...(q ? { q } : {}),
    ...(payment ? { financial_status: payment } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  });
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.data) ?? [], [pages.data]);
  const first = pages.data?.pages[0];
  const columns = useColumns();
  const filtered = Boolean(q || payment || from || to);
  return (
    <>
      <PageHeader
        title={t("way.page")}
        aside={
          first && (
            <>
              <span role="status">
                {t("orders.count", { count: first.total, value: format.count(first.total) })}
              </span>
              <Source provenance={first.provenance} />
            </>
          )
        }
      />
      {!filtered && <Attention />}
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <SearchField
          label={t("orders.search")}
          value={q ?? ""}
          onChange={(value) => setSearch({ q: value })}
          className="w-72 max-md:w-full"
        />
        <Select
          label={t("orders.payment")}
          value={payment ?? ""}
          onChange={(value) => setSearch({ payment: value })}
          options={[
            { value: "", label: t("orders.anyPayment") },
            ...PAYMENT_STATES.map((state) => ({ value: state, label: t(`payment.${state}`) })),
          ]}
        />
        <label className="flex items-center gap-2 text-dense text-muted">
          {t("orders.from")}
          <input
            type="date"
            value={from ?? ""}
            onChange={(event) => setSearch({ from: event.target.value })}
            className={`${DATE} text-fg`}
          />
        </label>
        <label className="flex items-center gap-2 text-dense text-muted">
          {t("orders.to")}
          <input
            type="date"
            value={to ?? ""}
            onChange={(event) => setSearch({ to: event.target.value })}
            className={`${DATE} text-fg`}
          />
        </label>
      </div>
      <QueryView
        query={pages}
        isEmpty={() => rows.length === 0}
        empty={{ title: t("orders.emptyTitle"), body: t("orders.emptyBody") }}
        onClearFilters={
          filtered ? () => setSearch({ q: "", payment: "", from: "", to: "" }) : undefined
        }
      >
        {() => (
          <VirtualTable
            label={t("nav.orders")}
            rows={rows}
            columns={columns}
            placement={PLACEMENT}
            rowId={(order) => order.id}
            onOpen={(order) =>
              void navigate({ to: "/orders/$orderId", params: { orderId: order.id } } as never)
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

function useColumns(): Column<Order>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: "order",
        header: t("orders.order"),
        cell: ({ row }) => (
          <Link
            to="/orders/$orderId"
            params={{ orderId: row.original.id } as never}
            className="hover:text-accent"
          >
            {row.original.name}
          </Link>
        ),
      },
      {
        id: "date",
        header: t("orders.date"),
        cell: ({ row }) => <Moment at={row.original.processed_at} />,
      },
      {
        id: "customer",
        header: t("orders.customer"),
        cell: ({ row }) => (
          <>
            {row.original.customer_name ?? <span className="text-muted">{t("orders.guest")}</span>}
            {row.original.country && (
              <span className="ml-2 text-meta text-muted">{row.original.country}</span>
            )}
          </>
        ),
      },
      {
        id: "payment",
        header: t("orders.payment"),
        cell: ({ row }) => {
          if (row.original.cancelled_at) {
            return <ToneWord tone="bad">{t("orders.cancelled")}</ToneWord>;
          }
          const state = stateKey(row.original.financial_status ?? "");
          if (!state) return "–";
          return (
            <ToneWord tone={paymentTone(state)}>
              {t(`payment.${state}` as "payment.paid", { defaultValue: state })}
            </ToneWord>
          );
        },
      },
      {
        id: "fulfilment",
        header: t("orders.fulfilment"),
        cell: ({ row }) => {
          const state = stateKey(row.original.fulfillment_status ?? "");
          if (!state) return "–";
          return (
            <span className="text-muted">
              {t(`fulfilment.${state}` as "fulfilment.fulfilled", { defaultValue: state })}
            </span>
          );
        },
      },
      { id: "units", header: t("orders.units"), cell: ({ row }) => row.original.units },
      {
        id: "total",
        header: t("orders.total"),
        cell: ({ row }) => format.money(row.original.total),
      },
      { id: "net", header: t("orders.net"), cell: ({ row }) => format.money(row.original.net) },
    ],
    [t, format],
  );
}
