/** One order: its lines, what was refunded, what remains. */
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useOrder } from "@/api/order";
import { useOrderWay } from "@/api/order-way";
import type { OrderDetail } from "@/api/types";
import { signOf } from "@/format/money";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { Moment } from "@/ui/Time";
import { Tag } from "@/ui/Tone";
import { RiskCard } from "./RiskCard";
import { RouteCard } from "./RouteCard";
import { paymentTone, stateKey } from "./states";
import { SnagsCard, TimelineCard } from "./Timeline";

export default function OrderPage() {
  const { orderId = "" } = useParams({ strict: false }) as { orderId?: string };
  const query = useOrder(orderId);
  return <QueryView query={query}>{(order) => <Body order={order} />}</QueryView>;
}

function Body({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const payment = stateKey(order.financial_status ?? "");
  const fulfilment = stateKey(order.fulfillment_status ?? "");
  const who = order.customer_name ?? t("orders.guest");
  return (
    <>
      <PageHeader
        title={`${t("orders.order")} ${order.name}`}
        eyebrow={<Moment at={order.processed_at} />}
        aside={
          <>
            {order.cancelled_at && <Tag tone="bad">{t("orders.cancelled")}</Tag>}
            {payment && (
              <Tag tone={paymentTone(payment)}>
                {t(`payment.${payment}` as "payment.paid", { defaultValue: payment })}
              </Tag>
            )}
            {fulfilment && (
              <Tag>
                {t(`fulfilment.${fulfilment}` as "fulfilment.fulfilled", {
                  defaultValue: fulfilment,
                })}
              </Tag>
            )}
            <Source provenance={order.provenance} />
          </>
        }
      />
      <p className="mb-4 text-muted">{[who, order.country].filter(Boolean).join(" · ")}</p>
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.7fr)_minmax(0,1fr)]">
        <Card title={t("orders.lines")}>
          <Lines order={order} />
        </Card>
        <Card title={t("orders.refunds")}>
          {order.refunds.length === 0 ? (
            <p className="text-dense text-muted">{t("orders.noRefunds")}</p>
          ) : (
            <ul className="space-y-2 text-dense">
              {order.refunds.map((refund) => (
                <li key={refund.id} className="flex justify-between gap-4">
                  <Moment at={refund.created_at} />
                  <span className="text-right tabular-nums">
                    {format.money(refund.total)}
                    {signOf(refund.adjustment.amount) !== 0 && (
                      <span className="block text-meta text-muted">
                        {t("orders.adjustment")} {format.money(refund.adjustment)}
                      </span>
                    )}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </Card>
      </div>
      <Way order={order} />
    </>
  );
}

function Way({ order }: { order: OrderDetail }) {
  const query = useOrderWay(order.id);
  const titles = new Map(order.lines.map((line) => [line.id, line.title]));
  return (
    <QueryView query={query}>
      {(way) => (
        <div className="mt-4 grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
          {way.snags.length > 0 && (
            <div className="lg:col-span-2">
              <SnagsCard snags={way.snags} />
            </div>
          )}
          <RiskCard risk={way.risk} />
          <RouteCard route={way.route} titles={titles} />
          <div className="lg:col-span-2">
            <TimelineCard moments={way.timeline} />
          </div>
        </div>
      )}
    </QueryView>
  );
}

function Lines({ order }: { order: OrderDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const cell = "row-h px-3 py-1.5 first:pl-0 last:pr-0";
  return (
    <table className="w-full border-collapse text-body">
      <thead>
        <tr className="border-b border-line text-right text-meta text-muted">
          <th scope="col" className="h-8 pr-3 text-left font-medium">
            {t("orders.line")}
          </th>
          <th scope="col" className="h-8 px-3 font-medium">
            {t("orders.quantity")}
          </th>
          <th scope="col" className="h-8 px-3 font-medium max-md:hidden">
            {t("orders.unitPrice")}
          </th>
          <th scope="col" className="h-8 pl-3 font-medium">
            {t("orders.total")}
          </th>
        </tr>
      </thead>
      <tbody>
        {order.lines.map((line) => (
          <tr key={line.id} className="border-b border-line text-right tabular-nums">
            <th scope="row" className={`${cell} text-left font-normal`}>
              {line.title}
              {line.sku && (
                <span className="ml-2 font-mono text-caption text-muted">{line.sku}</span>
              )}
            </th>
            <td className={cell}>
              {line.quantity}
              {line.refunded_quantity > 0 && (
                <span className="block text-meta text-warn">
                  {t("orders.refunded", { count: line.refunded_quantity })}
                </span>
              )}
            </td>
            <td className={`${cell} max-md:hidden`}>{format.money(line.unit_price)}</td>
            <td className={cell}>{format.money(line.total)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot className="text-right tabular-nums">
        <tr>
          <th scope="row" className={`${cell} text-left font-normal text-muted`}>
            {t("orders.total")}
          </th>
          <td />
          <td className="max-md:hidden" />
          <td className={cell}>{format.money(order.total)}</td>
        </tr>
        <tr>
          <th scope="row" className={`${cell} text-left font-medium`}>
            {t("orders.net")}
          </th>
          <td />
          <td className="max-md:hidden" />
          <td className={`${cell} font-medium`}>{format.money(order.net)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
