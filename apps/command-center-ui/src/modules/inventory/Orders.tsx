/** Draft purchase orders that wait, the placed ones, and what came in of them. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDecisions } from "@/api/decisions";
import { asProblem } from "@/api/problem";
import { useCloseOrder, usePurchaseOrderPages } from "@/api/purchase-orders";
import { useMay } from "@/api/session";
import type { PurchaseOrder, Receipt } from "@/api/types";
import { DecisionLine } from "@/decision/DecisionLine";
import { useAct } from "@/decision/use-act";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Meter } from "@/ui/Meter";
import { QueryView } from "@/ui/QueryView";
import { Tag, type Tone, ToneWord } from "@/ui/Tone";
import { sayDone, sayFailed } from "@/ui/toast";
import { ReceiveDialog } from "./ReceiveDialog";

const TONE: Record<string, Tone> = { ordered: "info", received: "ok", cancelled: "muted" };

export function Orders() {
  const { t } = useTranslation();
  const pages = usePurchaseOrderPages();
  const orders = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const [receiving, setReceiving] = useState<PurchaseOrder | null>(null);
  return (
    <div className="space-y-5">
      <Drafts />
      <section aria-label={t("inventory.placed")}>
        <h2 className="mb-3 text-lead">{t("inventory.placed")}</h2>
        <QueryView
          query={pages}
          isEmpty={() => orders.length === 0}
          empty={{ title: t("inventory.noOrdersTitle"), body: t("inventory.noOrdersBody") }}
        >
          {() => (
            <ul className="space-y-3">
              {orders.map((order) => (
                <Order key={order.id} order={order} onReceive={() => setReceiving(order)} />
              ))}
            </ul>
          )}
        </QueryView>
        {pages.hasNextPage && (
          <Button
            small
            className="mt-3"
            disabled={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
          >
            {t("state.more")}
          </Button>
        )}
      </section>
      {receiving && <ReceiveDialog order={receiving} onClose={() => setReceiving(null)} />}
    </div>
  );
}

function Drafts() {
  const { t } = useTranslation();
  const query = useDecisions({ kind: "inventory.reorder", status: "proposed", limit: 50 });
  return (
    <Card title={t("inventory.drafts")} label={t("inventory.drafts")}>
      <p className="mb-2 text-meta text-muted">{t("inventory.draftsBody")}</p>
      <QueryView
        query={query}
        isEmpty={(page) => page.data.length === 0}
        empty={{ title: t("inventory.noDrafts") }}
      >
        {(page) => (
          <ul>
            {page.data.map((decision) => (
              <li key={decision.id}>
                <DecisionLine decision={decision} />
              </li>
            ))}
          </ul>
        )}
      </QueryView>
    </Card>
  );
}

function Order({ order, onReceive }: { order: PurchaseOrder; onReceive: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay("decisions:decide");
  const open = order.status === "ordered";
  const missing = order.quantity - order.received;
  const progress = t("inventory.progress", {
    received: format.count(order.received),
    quantity: format.count(order.quantity),
  });
  return (
    <li className="rounded-card border border-line bg-surface p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <Link
          to="/approvals/$decisionId"
          params={{ decisionId: order.decision_id } as never}
          className="font-medium hover:text-accent"
        >
          {order.title}
          {order.sku && <span className="ml-2 font-mono text-meta text-muted">{order.sku}</span>}
        </Link>
        <span className="flex flex-wrap items-center gap-3 text-dense text-muted">
          {order.status === "received" && missing > 0 && (
            <Tag tone="warn">{t("inventory.short", { missing: format.count(missing) })}</Tag>
          )}
          <ToneWord tone={order.overdue ? "bad" : (TONE[order.status] ?? "muted")}>
            {order.overdue && order.expected_at
              ? t("inventory.overdue", { day: format.day(order.expected_at) })
              : t(`inventory.status.${order.status}` as "inventory.status.ordered")}
          </ToneWord>
        </span>
      </div>
      <p className="mt-1 text-dense text-muted">
        {progress}
        {open && !order.overdue && order.expected_at && (
          <> · {t("inventory.expected", { day: format.day(order.expected_at) })}</>
        )}
      </p>
      {order.status !== "cancelled" && (
        <Meter label={progress} share={Math.min(order.received / order.quantity, 1)} />
      )}
      {order.receipts.length > 0 && (
        <ul className="mt-3 space-y-1 text-dense">
          {order.receipts.map((receipt) => (
            <ReceiptLine key={receipt.id} receipt={receipt} may={may} />
          ))}
        </ul>
      )}
      {open && (
        <div className="mt-3 flex flex-wrap gap-2">
          <Button
            small
            disabled={!may}
            title={may ? undefined : t("state.notAllowed")}
            onClick={onReceive}
          >
            {t("inventory.receive")}
          </Button>
          {order.received > 0 && <Close orderId={order.id} may={may} />}
        </div>
      )}
    </li>
  );
}

function Close({ orderId, may }: { orderId: string; may: boolean }) {
  const { t } = useTranslation();
  const close = useCloseOrder();
  return (
    <Button
      small
      variant="plain"
      disabled={!may || close.isPending}
      onClick={() =>
        close.mutate(orderId, {
          onSuccess: () => sayDone(t("inventory.closed")),
          onError: (error) => sayFailed(t("inventory.closeFailed"), asProblem(error)),
        })
      }
    >
      {t("inventory.close")}
    </Button>
  );
}

const BOOKED = new Set(["executed", "measured"]);
const UNDER_WAY = new Set(["approved", "executing", "reverting"]);

function ReceiptLine({ receipt, may }: { receipt: Receipt; may: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const act = useAct();
  const tone: Tone = BOOKED.has(receipt.status)
    ? "ok"
    : UNDER_WAY.has(receipt.status)
      ? "info"
      : receipt.status === "reverted"
        ? "muted"
        : "bad";
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <ToneWord tone={tone} busy={tone === "info"}>
        {t("inventory.receiptLine", {
          units: format.quantity(String(receipt.quantity), "units"),
          day: format.day(receipt.received_at),
          who: receipt.entered_by,
        })}
      </ToneWord>
      <span className="text-muted">
        {t(`status.${receipt.status}` as "status.executed")}
        {tone === "bad" && receipt.failure && ` · ${t("inventory.notBooked")} ${receipt.failure}`}
      </span>
      {BOOKED.has(receipt.status) && (
        <Button
          small
          variant="plain"
          disabled={!may || act.isPending}
          onClick={() => act.revert(receipt.decision_id)}
        >
          {t("inventory.undo")}
        </Button>
      )}
    </li>
  );
}
