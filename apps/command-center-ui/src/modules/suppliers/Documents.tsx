/** Purchase orders for suppliers without an order desk: sent by mail, or as a document. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePurchaseOrderPages } from "@/api/purchase-orders";
import { useMay } from "@/api/session";
import { useSuppliers } from "@/api/suppliers";
import type { PurchaseOrder, Supplier } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";
import { Moment } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";
import { MailDialog } from "./MailDialog";
import { Mails, Replies } from "./Mails";

export function Documents() {
  const { t } = useTranslation();
  const format = useFormat();
  const pages = usePurchaseOrderPages();
  const orders = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const may = useMay("decisions:decide");
  const [mailing, setMailing] = useState<PurchaseOrder | null>(null);
  const suppliers = useSuppliers().data?.data ?? [];
  const goesTo = (order: PurchaseOrder): Supplier | undefined =>
    suppliers.find((each) => each.id === order.supplier_id);
  return (
    <Card title={t("suppliers.purchases")}>
      <QueryView
        query={pages}
        isEmpty={() => orders.length === 0}
        empty={{ title: t("suppliers.noPurchases") }}
      >
        {() => (
          <ul className="divide-y divide-line text-dense">
            {orders.map((order) => (
              <li key={order.id} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 py-2">
                <span className="min-w-0 grow break-words max-md:basis-full">
                  {format.count(order.quantity)} × {order.title}
                  {order.sku && (
                    <span className="ml-2 font-mono text-meta text-muted break-all">
                      {order.sku}
                    </span>
                  )}
                </span>
                <Recipient supplier={goesTo(order)} />
                <span className="text-muted">
                  <Moment at={order.created_at} />
                </span>
                <a
                  href={`/v1/purchase-orders/${order.id}/document`}
                  target="_blank"
                  rel="noreferrer"
                  className="text-accent underline underline-offset-2"
                >
                  {t("suppliers.document")}
                </a>
                <a
                  href={`mailto:${goesTo(order)?.address ?? ""}?subject=${encodeURIComponent(t("suppliers.mailSubject", { id: order.id }))}`}
                  className="text-accent underline underline-offset-2"
                >
                  {t("suppliers.mail")}
                </a>
                {order.status === "ordered" && (
                  <Button
                    small
                    disabled={!may}
                    title={may ? undefined : t("state.notAllowed")}
                    onClick={() => setMailing(order)}
                  >
                    {t("suppliers.mailSend")}
                  </Button>
                )}
                {isUnsent(order, goesTo(order)) && (
                  <p className="w-full">
                    <ToneWord tone="warn">{t("suppliers.byMail.unsent")}</ToneWord>
                  </p>
                )}
                <Mails mails={order.mails} />
                <Replies replies={order.replies} />
              </li>
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
      {mailing && (
        <MailDialog
          order={mailing}
          known={goesTo(mailing)?.address ?? ""}
          onClose={() => setMailing(null)}
        />
      )}
    </Card>
  );
}

/** Its supplier's orders go by mail by themselves, and this one has not gone. */
function isUnsent(order: PurchaseOrder, supplier: Supplier | undefined) {
  return order.status === "ordered" && order.mails.length === 0 && supplier?.mails_orders === true;
}

/** Whom the order goes to, where that is known. */
function Recipient({ supplier }: { supplier: Supplier | undefined }) {
  if (!supplier) return null;
  return (
    <Link
      to="/suppliers/$supplierId"
      params={{ supplierId: supplier.id } as never}
      className="text-muted hover:text-accent"
    >
      {supplier.name}
    </Link>
  );
}
