/** Collections or product types by what is expected of them, and one of them week by week. */
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type GroupLevel, useDemandPages } from "@/api/demand";
import { useForecast } from "@/api/forecast";
import type { GroupDemand } from "@/api/types";
import { Forecast, ForecastLegend } from "@/charts/Forecast";
import { useFormat } from "@/format/use-format";
import { Dialog } from "@/ui/Dialog";
import { SearchField } from "@/ui/fields";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { useUrlState } from "@/ui/use-url-state";
import { type Column, type Placement, VirtualTable } from "@/ui/VirtualTable";
import { Kept } from "./Kept";

const PLACEMENT: Record<string, Placement> = {
  title: {},
  sold: { end: true, width: "136px", narrow: "84px" },
  coming: { end: true, width: "136px", narrow: "84px" },
  next: { end: true, wideOnly: true, width: "240px" },
};

export function DemandByGroup({ level }: { level: GroupLevel }) {
  const { t } = useTranslation();
  const [search, setSearch] = useUrlState();
  const pages = useDemandPages({ level, ...(search.q ? { q: search.q } : {}) });
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.data) ?? [], [pages.data]);
  const first = pages.data?.pages[0];
  const columns = useColumns();
  const opened = rows.find((row) => row.id === search.group);
  return (
    <>
      <p className="mb-4 max-w-[80ch] text-muted">{t(`products.demandBody.${level}`)}</p>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <SearchField
          label={t(`products.searchIn.${level}`)}
          value={search.q ?? ""}
          onChange={(q) => setSearch({ q })}
          className="w-72 max-md:w-full"
        />
        {first && (
          <span className="text-dense text-muted md:ml-auto">
            <Source provenance={first.provenance} />
          </span>
        )}
      </div>
      <QueryView
        query={pages}
        isEmpty={() => rows.length === 0}
        empty={{ title: t("forecast.none"), body: t(`products.demandEmpty.${level}`) }}
        onClearFilters={search.q ? () => setSearch({ q: "" }) : undefined}
      >
        {() => (
          <VirtualTable
            label={t(`products.demandOf.${level}`)}
            rows={rows}
            columns={columns}
            placement={PLACEMENT}
            rowId={(row) => row.id}
            onOpen={(row) => setSearch({ group: row.id })}
            more={{
              has: pages.hasNextPage,
              busy: pages.isFetchingNextPage,
              load: pages.fetchNextPage,
            }}
          />
        )}
      </QueryView>
      {opened && <Weeks level={level} group={opened} onClose={() => setSearch({ group: "" })} />}
    </>
  );
}

interface WeeksProps {
  level: GroupLevel;
  group: GroupDemand;
  onClose: () => void;
}

function Weeks({ level, group, onClose }: WeeksProps) {
  const { t } = useTranslation();
  const title = useTitle()(group);
  const query = useForecast({ level, id: group.id });
  return (
    <Dialog open onClose={onClose} title={title}>
      <ForecastLegend />
      <QueryView query={query}>
        {(forecast) => (
          <>
            <Forecast
              forecast={forecast}
              label={t("products.forecastOf", { title })}
              height={220}
            />
            <p className="mt-2 flex flex-wrap justify-between gap-2 text-caption text-muted">
              <span>
                {t("forecast.unit")} · {t("products.sumOfVariants")}
              </span>
              <Source provenance={forecast.provenance} />
            </p>
            <Kept forecast={forecast} />
          </>
        )}
      </QueryView>
    </Dialog>
  );
}

/** A product without a type is counted too, under a name of ours. */
function useTitle() {
  const { t } = useTranslation();
  return (group: GroupDemand) => group.title ?? t("products.noType");
}

function useColumns(): Column<GroupDemand>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const titleOf = useTitle();
  return useMemo(() => {
    const units = (value: string) => format.decimal(value, { digits: 0 });
    return [
      {
        id: "title",
        header: t("products.group"),
        cell: ({ row: { original: group } }) => (
          <Link
            to="."
            search={((before: object) => ({ ...before, group: group.id })) as never}
            className="hover:text-accent"
          >
            {titleOf(group)}
          </Link>
        ),
      },
      {
        id: "sold",
        header: t("products.sold4"),
        cell: ({ row }) => format.count(row.original.sold),
      },
      {
        id: "coming",
        header: t("products.coming4"),
        cell: ({ row }) => units(row.original.coming),
      },
      {
        id: "next",
        header: t("products.nextWeek"),
        cell: ({ row: { original: group } }) =>
          t("products.band", {
            point: units(group.expected),
            low: units(group.low),
            high: units(group.high),
          }),
      },
    ];
  }, [t, format, titleOf]);
}
