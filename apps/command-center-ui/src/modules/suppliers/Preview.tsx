/** The first rows of a feed as offers, under the column map that is being edited. */
import { useTranslation } from "react-i18next";
import { usePreview } from "@/api/suppliers";
import type { FeedSettings, Offer, SupplierDetail } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";
import { Scrollable } from "@/ui/Scrollable";
import { leadTime } from "./words";

type Fault = SupplierDetail["faults"][number];

interface PreviewProps {
  supplier: SupplierDetail;
  feed: FeedSettings;
  may: boolean;
}

export function Preview({ supplier, feed, may }: PreviewProps) {
  const { t } = useTranslation();
  const known = may && supplier.columns.length > 0;
  const query = usePreview(supplier.id, feed, known);
  return (
    <Card title={t("suppliers.preview")}>
      {known ? (
        <QueryView query={query}>
          {(preview) => (
            <>
              <Scrollable label={t("suppliers.preview")}>
                <table className="w-full min-w-160 text-dense">
                  <thead className="text-left text-meta text-muted">
                    <tr>
                      {(["article", "cost", "landed", "lead", "stock", "minimum"] as const).map(
                        (name) => (
                          <th key={name} scope="col" className="px-3 py-2 font-normal">
                            {t(`suppliers.${name}`)}
                          </th>
                        ),
                      )}
                    </tr>
                  </thead>
                  <tbody className="divide-y divide-line">
                    {preview.offers.map((offer) => (
                      <Row key={offer.supplier_sku} offer={offer} />
                    ))}
                  </tbody>
                </table>
              </Scrollable>
              <LeftOut faults={preview.faults} />
            </>
          )}
        </QueryView>
      ) : (
        <p className="text-muted">{t(may ? "suppliers.previewNone" : "state.notAllowed")}</p>
      )}
      {supplier.faults.length > 0 && <LeftOut faults={supplier.faults} />}
    </Card>
  );
}

function faultText(fault: Fault) {
  if (fault.order !== null) return "suppliers.unreadOrder";
  return fault.supplier_sku === null ? "suppliers.row" : "suppliers.rowOf";
}

function LeftOut({ faults }: { faults: readonly Fault[] }) {
  const { t } = useTranslation();
  if (faults.length === 0) return null;
  return (
    <div className="mt-3 text-dense">
      <h3 className="font-medium text-warn">{t("suppliers.leftOut")}</h3>
      <ul className="text-muted">
        {faults.slice(0, 10).map((fault) => (
          <li key={`${fault.row ?? fault.order} ${fault.reason}`}>
            {t(faultText(fault), { ...fault })}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Row({ offer }: { offer: Offer }) {
  const { t } = useTranslation();
  const format = useFormat();
  const unknown = t("suppliers.unknown");
  return (
    <tr className="tabular-nums">
      <th scope="row" className="px-3 py-2 text-left font-normal">
        {offer.title}
        <span className="block font-mono text-meta text-muted">{offer.supplier_sku}</span>
      </th>
      <td className="px-3">{offer.cost ? format.money(offer.cost) : unknown}</td>
      <td className="px-3">{offer.landed ? format.money(offer.landed) : unknown}</td>
      <td className="px-3">{leadTime(offer, t)}</td>
      <td className="px-3">{offer.stock === null ? unknown : format.count(offer.stock)}</td>
      <td className="px-3">
        {offer.minimum_order === null ? unknown : format.count(offer.minimum_order)}
      </td>
    </tr>
  );
}
