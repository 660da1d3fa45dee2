/** Inventory at risk: how long stock lasts, until when to order, what was ordered and came in. */
import { useTranslation } from "react-i18next";
import { Segmented } from "@/ui/fields";
import { PageHeader } from "@/ui/PageHeader";
import { useUrlState } from "@/ui/use-url-state";
import { Orders } from "./Orders";
import { Risks } from "./Risks";

type View = "stock" | "orders";

export default function Inventory() {
  const { t } = useTranslation();
  const [search, setSearch] = useUrlState();
  const view: View = search.view === "orders" ? "orders" : "stock";
  return (
    <>
      <PageHeader
        title={t("nav.inventory")}
        aside={
          <Segmented<View>
            label={t("inventory.views")}
            value={view}
            onChange={(value) => setSearch({ view: value === "stock" ? "" : value, item: "" })}
            options={[
              { value: "stock", label: t("inventory.viewRisk") },
              { value: "orders", label: t("inventory.viewOrders") },
            ]}
          />
        }
      />
      {view === "stock" ? <Risks /> : <Orders />}
    </>
  );
}
