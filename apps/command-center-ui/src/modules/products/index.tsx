/** Products one by one, or the demand of collections and product types as sums of them. */
import { useTranslation } from "react-i18next";
import { Segmented } from "@/ui/fields";
import { PageHeader } from "@/ui/PageHeader";
import { useUrlState } from "@/ui/use-url-state";
import { Catalogue } from "./Catalogue";
import { DemandByGroup } from "./DemandByGroup";

type View = "products" | "collection" | "category";

const isView = (value: string | undefined): value is View =>
  value === "collection" || value === "category";

export default function Products() {
  const { t } = useTranslation();
  const [search, setSearch] = useUrlState();
  const view: View = isView(search.view) ? search.view : "products";
  return (
    <>
      <PageHeader
        title={t("nav.products")}
        aside={
          <Segmented<View>
            label={t("products.views")}
            value={view}
            onChange={(value) =>
              setSearch({ view: value === "products" ? "" : value, q: "", group: "" })
            }
            options={[
              { value: "products", label: t("products.viewProducts") },
              { value: "collection", label: t("products.viewCollections") },
              { value: "category", label: t("products.viewTypes") },
            ]}
          />
        }
      />
      {view === "products" ? <Catalogue /> : <DemandByGroup key={view} level={view} />}
    </>
  );
}
