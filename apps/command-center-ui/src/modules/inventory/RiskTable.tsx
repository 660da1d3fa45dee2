/** One line per variant: what is there, how long it lasts, until when to order, how much. */
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { StockRisk } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Tag, ToneWord } from "@/ui/Tone";
import { type Column, type Placement, VirtualTable } from "@/ui/VirtualTable";
import { CoverRange } from "./CoverRange";

const PLACEMENT: Record<string, Placement> = {
  title: {},
  available: { end: true, width: "136px", narrow: "80px" },
  cover: { width: "200px", narrow: "76px" },
  orderBy: { width: "124px", narrow: "112px" },
  wanted: { end: true, wideOnly: true, width: "88px" },
  stake: { end: true, wideOnly: true, width: "112px" },
  class: { wideOnly: true, width: "116px" },
};

interface RiskTableProps {
  rows: StockRisk[];
  onOpen: (row: StockRisk) => void;
  more: { has: boolean; busy: boolean; load: () => void };
}

export function RiskTable({ rows, onOpen, more }: RiskTableProps) {
  const { t } = useTranslation();
  return (
    <VirtualTable
      label={t("nav.inventory")}
      rows={rows}
      columns={useColumns()}
      placement={PLACEMENT}
      rowId={(row) => row.variant_id}
      onOpen={onOpen}
      more={more}
    />
  );
}

function useColumns(): Column<StockRisk>[] {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(
    () => [
      {
        id: "title",
        header: t("inventory.title"),
        cell: ({ row: { original: risk } }) => (
          <Link
            to="."
            search={((before: object) => ({ ...before, item: risk.variant_id })) as never}
            className="hover:text-accent"
          >
            {risk.title}
            {risk.vendor && (
              <span className="ml-2 text-meta text-muted max-md:hidden">{risk.vendor}</span>
            )}
          </Link>
        ),
      },
      {
        id: "available",
        header: t("inventory.available"),
        cell: ({ row: { original: risk } }) => (
          <>
            {risk.on_order > 0 && (
              <span className="mr-2 text-meta text-muted max-md:hidden">
                {t("inventory.coming", { value: format.count(risk.on_order) })}
              </span>
            )}
            <span className={risk.available <= 0 ? "text-bad" : undefined}>
              {format.count(risk.available)}
            </span>
          </>
        ),
      },
      {
        id: "cover",
        header: t("inventory.cover"),
        cell: ({ row }) => <CoverRange risk={row.original} />,
      },
      {
        id: "orderBy",
        header: t("inventory.orderBy"),
        cell: ({ row: { original: risk } }) => {
          if (risk.late) return <ToneWord tone="bad">{t("inventory.late")}</ToneWord>;
          return risk.order_by ? format.date(risk.order_by) : <span className="text-muted">–</span>;
        },
      },
      {
        id: "wanted",
        header: t("inventory.wanted"),
        cell: ({ row: { original: risk } }) =>
          risk.wanted > 0 ? format.count(risk.wanted) : <span className="text-muted">–</span>,
      },
      {
        id: "stake",
        header: t("inventory.stake"),
        cell: ({ row: { original: risk } }) =>
          risk.lost_ahead > 0 ? format.money(risk.at_stake) : <span className="text-muted">–</span>,
      },
      {
        id: "class",
        header: t("inventory.class"),
        cell: ({ row: { original: risk } }) => (
          <span className="inline-flex gap-1.5">
            <Tag>{`${risk.abc}${risk.xyz ?? ""}`}</Tag>
            {risk.dead && <Tag tone="warn">{t("inventory.dead")}</Tag>}
          </span>
        ),
      },
    ],
    [t, format],
  );
}
