/** One supplier: how its last reading went, and how it keeps its word. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Supplier } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { Moment } from "@/ui/Time";
import { Tag, ToneWord } from "@/ui/Tone";
import { STATE_TONE } from "./words";

export function SupplierCard({ supplier }: { supplier: Supplier }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card
      title={
        <Link
          to="/suppliers/$supplierId"
          params={{ supplierId: supplier.id } as never}
          className="hover:text-accent"
        >
          {supplier.name}
        </Link>
      }
      aside={
        <ToneWord tone={STATE_TONE[supplier.state]} busy={supplier.state === "reading"}>
          {t(`suppliers.state.${supplier.state}`)}
        </ToneWord>
      }
    >
      <p className="mb-3 flex flex-wrap gap-1.5">
        {supplier.origin === "sandbox" && <Tag tone="warn">{t("suppliers.invented")}</Tag>}
        <Tag>{t(supplier.active ? "suppliers.active" : "suppliers.inactive")}</Tag>
        <Tag>{t(ordersGo(supplier))}</Tag>
        {supplier.serves_by_mail && <Tag>{t("suppliers.byMail.serves")}</Tag>}
      </p>
      <p className="text-dense">
        {t("suppliers.offersCount", {
          count: supplier.offer_count,
          value: format.count(supplier.offer_count),
        })}
        {supplier.fault_count > 0 && (
          <span className="text-warn">
            {" · "}
            {t("suppliers.faultsCount", {
              count: supplier.fault_count,
              value: format.count(supplier.fault_count),
            })}
          </span>
        )}
      </p>
      <p className="text-dense text-muted">
        {t("suppliers.readAt")}{" "}
        {supplier.read_at ? <Moment at={supplier.read_at} /> : t("suppliers.never")}
      </p>
      {supplier.detail && <p className="mt-2 text-dense text-bad">{supplier.detail}</p>}
      <Word supplier={supplier} />
    </Card>
  );
}

function ordersGo(supplier: Supplier) {
  if (supplier.mails_orders) return "suppliers.byMail.tag";
  return supplier.takes_orders ? "suppliers.takesOrders" : "suppliers.byHand";
}

/** Promise against fact; "not yet known" until an order is over. */
export function Word({ supplier }: { supplier: Pick<Supplier, "reliability"> }) {
  const { t } = useTranslation();
  const { share, low, high, judged, overdue, mean_delay_days } = supplier.reliability;
  if (share === null || low === null || high === null) {
    return <p className="mt-3 text-dense text-muted">{t("suppliers.notKnown")}</p>;
  }
  const percent = (value: number) => `${Math.round(value * 100)} %`;
  return (
    <div className="mt-3 text-dense">
      <p>
        <span className="text-muted">{t("suppliers.onTime")}</span>{" "}
        {t("suppliers.onTimeOf", {
          share: percent(share),
          count: judged,
          low: percent(low),
          high: percent(high),
        })}
      </p>
      <p className="text-muted">
        {mean_delay_days !== null &&
          t("suppliers.delay", {
            days: `${mean_delay_days > 0 ? "+" : ""}${mean_delay_days.toFixed(1)}`,
          })}
        {overdue > 0 && ` · ${t("suppliers.overdue", { count: overdue })}`}
      </p>
    </div>
  );
}
