/** Suppliers: who they are, what they offer, and promise against fact. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/session";
import { useSuppliers } from "@/api/suppliers";
import { Button } from "@/ui/Button";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Documents } from "./Documents";
import { EnterDialog } from "./EnterDialog";
import { Offers } from "./Offers";
import { Orders } from "./Orders";
import { SupplierCard } from "./SupplierCard";

export default function Suppliers() {
  const { t } = useTranslation();
  const query = useSuppliers();
  const may = useMay("connections:write");
  const [entering, setEntering] = useState(false);
  const enter = (
    <Button variant="primary" disabled={!may} onClick={() => setEntering(true)}>
      {t("suppliers.enter")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("nav.suppliers")} aside={enter} />
      <p className="mb-4 max-w-[80ch] text-muted">{t("suppliers.body")}</p>
      {!may && <p className="mb-4 text-dense text-muted">{t("state.notAllowed")}</p>}
      <QueryView
        query={query}
        isEmpty={(list) => list.data.length === 0}
        empty={{ title: t("suppliers.emptyTitle"), body: t("suppliers.emptyBody") }}
      >
        {(list) => (
          <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
            {list.data.map((supplier) => (
              <SupplierCard key={supplier.id} supplier={supplier} />
            ))}
          </div>
        )}
      </QueryView>
      <Offers />
      <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-4">
        <Orders />
        <Documents />
      </div>
      <EnterDialog open={entering} onClose={() => setEntering(false)} />
    </>
  );
}
