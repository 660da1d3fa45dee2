/** The variants, the most pressing first, and one of them opened. */
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type StockRiskFilters, useStockRiskPages } from "@/api/stock-risks";
import { useFormat } from "@/format/use-format";
import { SearchField, Segmented } from "@/ui/fields";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { Age } from "@/ui/Time";
import { useUrlState } from "@/ui/use-url-state";
import { RiskDetail } from "./RiskDetail";
import { RiskTable } from "./RiskTable";

type Show = StockRiskFilters["show"];

export function Risks() {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useUrlState();
  const show = (search.show ?? "risk") as Show;
  const pages = useStockRiskPages({ show, ...(search.q ? { q: search.q } : {}) });
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.data) ?? [], [pages.data]);
  const first = pages.data?.pages[0];
  const opened = rows.find((row) => row.variant_id === search.item);
  const looked = Boolean(first?.as_of);
  const counts = first?.counts;
  const label = (key: "showRisk" | "showLate" | "showDead" | "showAll", value?: number) => (
    <span className="whitespace-nowrap">
      {t(`inventory.${key}`, { value: value === undefined ? "–" : format.count(value) })}
    </span>
  );
  return (
    <>
      <p className="mb-4 max-w-[80ch] text-muted">{t("inventory.body")}</p>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <SearchField
          label={t("inventory.search")}
          value={search.q ?? ""}
          onChange={(q) => setSearch({ q })}
          className="w-64 max-md:w-full"
        />
        <div className="max-w-full overflow-x-auto">
          <Segmented<Show>
            label={t("inventory.show")}
            value={show}
            onChange={(value) => setSearch({ show: value === "risk" ? "" : value })}
            options={[
              { value: "risk", label: label("showRisk", counts?.soon) },
              { value: "late", label: label("showLate", counts?.late) },
              { value: "dead", label: label("showDead", counts?.dead) },
              { value: "all", label: label("showAll", counts?.judged) },
            ]}
          />
        </div>
        {first?.as_of && (
          <span className="flex items-center gap-2 text-dense text-muted md:ml-auto">
            {first.run_id && (
              <Link
                to="/runs/$runId"
                params={{ runId: first.run_id } as never}
                className="underline underline-offset-2 hover:text-fg"
              >
                {t("inventory.asOf")} <Age at={first.as_of} />
              </Link>
            )}
            <Source provenance={first.provenance} />
          </span>
        )}
      </div>
      <QueryView
        query={pages}
        isEmpty={() => rows.length === 0}
        empty={
          looked
            ? { title: t("inventory.calmTitle"), body: t("inventory.calmBody") }
            : {
                title: t("inventory.noRunTitle"),
                body: t("inventory.noRunBody"),
                action: (
                  <Link
                    to="/agents/$agentId"
                    params={{ agentId: "inventory_pricing" } as never}
                    className="text-accent underline underline-offset-2"
                  >
                    {t("inventory.toAgent")}
                  </Link>
                ),
              }
        }
        onClearFilters={
          looked && (search.q || search.show) ? () => setSearch({ q: "", show: "" }) : undefined
        }
      >
        {() => (
          <RiskTable
            rows={rows}
            onOpen={(row) => setSearch({ item: row.variant_id })}
            more={{
              has: pages.hasNextPage,
              busy: pages.isFetchingNextPage,
              load: pages.fetchNextPage,
            }}
          />
        )}
      </QueryView>
      {opened && <RiskDetail risk={opened} onClose={() => setSearch({ item: "" })} />}
    </>
  );
}
