/** Purchase orders that a person sends: each as a document. */
import { useTranslation } from "react-i18next";
import { usePurchaseOrders } from "@/api/suppliers";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";
import { Moment } from "@/ui/Time";

export function Documents() {
  const { t } = useTranslation();
  const format = useFormat();
  const query = usePurchaseOrders();
  return (
    <Card title={t("suppliers.purchases")}>
      <QueryView
        query={query}
        isEmpty={(page) => page.data.length === 0}
        empty={{ title: t("suppliers.noPurchases") }}
      >
        {(page) => (
          <ul className="divide-y divide-line text-dense">
            {page.data.map((order) => (
              <li key={order.id} className="flex flex-wrap items-baseline gap-x-4 gap-y-1 py-2">
                <span className="grow">
                  {format.count(order.quantity)} × {order.title}
                </span>
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
              </li>
            ))}
          </ul>
        )}
      </QueryView>
    </Card>
  );
}
