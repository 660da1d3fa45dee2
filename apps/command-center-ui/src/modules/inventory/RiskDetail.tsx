/** One variant's stock: every figure with its unit, and the terms it rests on. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { StockRisk } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Dialog } from "@/ui/Dialog";
import { Note } from "@/ui/states";
import { TermsForm } from "./TermsForm";

export function RiskDetail({ risk, onClose }: { risk: StockRisk; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open onClose={onClose} title={risk.title}>
      {risk.dead && <Note tone="warn">{t("inventory.detail.dead")}</Note>}
      <Figures risk={risk} />
      {risk.product_id && (
        <p className="mt-3">
          <Link
            to="/products/$productId"
            params={{ productId: risk.product_id } as never}
            className="text-accent underline underline-offset-2"
          >
            {t("inventory.detail.product")}
          </Link>
        </p>
      )}
      <TermsForm vendor={risk.vendor} variantId={risk.variant_id} />
    </Dialog>
  );
}

function Figures({ risk }: { risk: StockRisk }) {
  const { t } = useTranslation();
  const format = useFormat();
  const units = (value: number) => format.quantity(String(value), "units", { digits: 1 });
  const days = (value: number | null) =>
    value === null ? t("inventory.beyond") : format.count(value);
  const { terms } = risk;
  return (
    <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1.5 text-body">
      <Line label={t("inventory.detail.demand")}>
        {format.quantity(String(risk.per_week), "units per week", { digits: 1 })}
      </Line>
      <Line label={t("inventory.detail.cover")}>
        {`${days(risk.cover)} ${format.unit("days")}`}
        <span className="block text-meta text-muted">
          {t("inventory.coverOf", { low: days(risk.cover_low), high: days(risk.cover_high) })}
        </span>
      </Line>
      <Line label={t("inventory.detail.runsOut")}>
        {format.percent(String(Math.round(risk.runs_out * 100)))}
      </Line>
      <Line label={t("inventory.detail.orderBy")}>
        {risk.late
          ? t("inventory.lateBy")
          : risk.order_by
            ? format.date(risk.order_by)
            : t("inventory.noOrder")}
      </Line>
      <Line label={t("inventory.detail.levels")}>
        {format.count(Math.round(risk.reorder_point))}, {format.count(Math.round(risk.order_up_to))}
      </Line>
      <Line label={t("inventory.detail.lostAhead")}>{units(risk.lost_ahead)}</Line>
      <Line label={t("inventory.detail.lostBefore")}>
        {risk.lost_before === null ? t("state.unknown") : units(risk.lost_before)}
      </Line>
      <Line label={t("inventory.detail.tied")}>
        {risk.tied_up ? format.money(risk.tied_up) : t("inventory.detail.unknownCost")}
      </Line>
      <Line label={t("inventory.detail.class")}>
        {t(`inventory.detail.abc.${risk.abc}` as "inventory.detail.abc.A")}
        {risk.xyz && (
          <span className="block">
            {t(`inventory.detail.xyz.${risk.xyz}` as "inventory.detail.xyz.X")}
          </span>
        )}
      </Line>
      <Line label={t("inventory.detail.lead")}>
        {t("inventory.detail.leadValue", {
          mean: format.decimal(terms.lead_time_days),
          sd: format.decimal(terms.lead_time_sd_days),
        })}
        <span className="block text-meta text-muted">
          {terms.source === "policy" || terms.source === "entered"
            ? t(`inventory.detail.${terms.source}`)
            : terms.source}
          {terms.observed > 0 && `, ${t("inventory.detail.observed", { count: terms.observed })}`}
        </span>
      </Line>
      <Line label={t("inventory.detail.pack")}>
        {format.count(terms.minimum_order)}, {format.count(terms.pack_size)}
      </Line>
    </dl>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd className="text-right tabular-nums">{children}</dd>
    </>
  );
}
