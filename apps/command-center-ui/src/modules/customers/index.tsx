/** Customers: what they are expected to do, the segments they form, and who came back. */
import { useTranslation } from "react-i18next";
import { useCustomerPages } from "@/api/customers";
import { useFormat } from "@/format/use-format";
import { SearchField, Segmented } from "@/ui/fields";
import { PageHeader } from "@/ui/PageHeader";
import { Source } from "@/ui/Source";
import { useUrlState } from "@/ui/use-url-state";
import { Cohorts } from "./Cohorts";
import { CustomerTable } from "./CustomerTable";
import { Outlook } from "./Outlook";
import { Segments } from "./Segments";

type View = "people" | "cohorts";

export default function Customers() {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useUrlState();
  const { q, segment } = search;
  const view: View = search.view === "cohorts" ? "cohorts" : "people";
  const pages = useCustomerPages({
    ...(q ? { q } : {}),
    ...(segment ? { segment_id: segment } : {}),
  });
  const first = pages.data?.pages[0];
  return (
    <>
      <PageHeader
        title={t("nav.customers")}
        aside={
          first && (
            <>
              <span role="status">
                {t("customers.count", { count: first.total, value: format.count(first.total) })}
              </span>
              <Source provenance={first.provenance} />
            </>
          )
        }
      />
      <Outlook />
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Segmented<View>
          label={t("customers.views")}
          value={view}
          onChange={(next) => setSearch({ view: next === "people" ? "" : next })}
          options={(["people", "cohorts"] as const).map((value) => ({
            value,
            label: t(`customers.view.${value}`),
          }))}
        />
        {view === "people" && (
          <SearchField
            label={t("customers.search")}
            value={q ?? ""}
            onChange={(value) => setSearch({ q: value })}
            className="w-72 max-md:w-full"
          />
        )}
      </div>
      {view === "cohorts" ? (
        <Cohorts />
      ) : (
        <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,300px)_minmax(0,1fr)]">
          <Segments chosen={segment ?? ""} onChoose={(id) => setSearch({ segment: id })} />
          <CustomerTable
            pages={pages}
            onClearFilters={q || segment ? () => setSearch({ q: "", segment: "" }) : undefined}
          />
        </div>
      )}
    </>
  );
}
