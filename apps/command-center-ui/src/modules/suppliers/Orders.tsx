/** Orders placed with suppliers: what was promised and what happened. */
import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/session";
import { useSupplierOrders } from "@/api/suppliers";
import type { SupplierOrder } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";
import { Scrollable } from "@/ui/Scrollable";
import { Moment } from "@/ui/Time";
import { Tag } from "@/ui/Tone";
import { AnswerDialog } from "./AnswerDialog";
import { Mails, Replies } from "./Mails";

export function Orders() {
  const { t } = useTranslation();
  const query = useSupplierOrders();
  const [answering, setAnswering] = useState<SupplierOrder | null>(null);
  return (
    <Card title={t("suppliers.promise")}>
      <QueryView
        query={query}
        isEmpty={(page) => page.data.length === 0}
        empty={{ title: t("suppliers.noOrders") }}
      >
        {(page) => (
          <Scrollable label={t("suppliers.promise")}>
            <table className="w-full min-w-160 text-dense">
              <thead className="text-left text-meta text-muted">
                <tr>
                  {(["order", "supplier", "units", "promised", "arrived"] as const).map((name) => (
                    <th key={name} scope="col" className="px-3 py-2 font-normal">
                      {t(`suppliers.${name}`)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody className="divide-y divide-line">
                {page.data.map((order) => (
                  <Row key={order.id} order={order} onAnswer={() => setAnswering(order)} />
                ))}
              </tbody>
            </table>
          </Scrollable>
        )}
      </QueryView>
      {answering && <AnswerDialog order={answering} onClose={() => setAnswering(null)} />}
    </Card>
  );
}

function Row({ order, onAnswer }: { order: SupplierOrder; onAnswer: () => void }) {
  const { t } = useTranslation();
  const may = useMay("decisions:decide");
  const format = useFormat();
  const status = t(`suppliers.orderState.${order.status}` as "suppliers.orderState.accepted", {
    defaultValue: order.status,
  });
  return (
    <tr className="align-top tabular-nums">
      <td className="px-3 py-2">
        <p className="flex flex-wrap items-center gap-2">
          <span className="font-mono text-meta">{order.id}</span> <Tag>{status}</Tag>
          {order.can_say.length > 0 && (
            <Button
              small
              disabled={!may}
              title={may ? undefined : t("state.notAllowed")}
              onClick={onAnswer}
            >
              {t("suppliers.answer.enter")}
            </Button>
          )}
        </p>
        <Mails mails={order.mails} />
        <Replies replies={order.replies} />
      </td>
      <td className="px-3 py-2">{order.supplier_name}</td>
      <td className="px-3 py-2">
        {format.count(order.units)}
        {order.total && ` · ${format.money(order.total)}`}
      </td>
      <td className="px-3 py-2">
        {order.promised_at ? <Moment at={order.promised_at} /> : t("suppliers.unknown")}
      </td>
      <td className="px-3 py-2">
        {order.delivered_at ? <Moment at={order.delivered_at} /> : "–"}
        {order.delay_days !== null && (
          <span className={order.delay_days > 0 ? "ml-2 text-bad" : "ml-2 text-ok"}>
            {delayWord(order.delay_days, t)}
          </span>
        )}
      </td>
    </tr>
  );
}

function delayWord(days: number, t: TFunction): string {
  if (days === 0) return t("suppliers.exact");
  const shown = Math.abs(days).toFixed(1);
  return days > 0 ? t("suppliers.late", { days: shown }) : t("suppliers.early", { days: shown });
}
