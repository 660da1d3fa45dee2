/** The audit log: every event, filtered by family and subject, with undo where it is possible. */
import { useTranslation } from "react-i18next";
import { PROGRESS, useEventPages } from "@/api/events";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Select } from "@/ui/fields";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { useUrlState } from "@/ui/use-url-state";
import { byDay, FAMILIES } from "./days";
import { EventDay } from "./EventDay";

/** The address's word for every event, progress too. */
const ALL = "all";

export default function Activity() {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useUrlState();
  const { type, subject } = search;
  const pages = useEventPages({
    limit: 100,
    ...(type ? (type === ALL ? {} : { type }) : { without: PROGRESS }),
    ...(subject ? { subject } : {}),
  });
  const rows = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const head = pages.data?.pages[0]?.head;
  const filtered = Boolean(type || subject);
  return (
    <>
      <PageHeader
        title={t("nav.activity")}
        aside={
          head !== undefined && (
            <span role="status">{t("activity.head", { value: format.count(head) })}</span>
          )
        }
      />
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Select
          label={t("activity.type")}
          value={type ?? ""}
          onChange={(value) => setSearch({ type: value })}
          options={[
            { value: "", label: t("activity.anyType") },
            { value: ALL, label: t("activity.withProgress") },
            ...FAMILIES.map((family) => ({
              value: `${family}.`,
              label: t(`activity.family.${family}`),
            })),
          ]}
        />
        {subject && (
          <Button small onClick={() => setSearch({ subject: "" })}>
            {t("activity.subject")}: <span className="font-mono text-meta">{subject}</span> ×
            <span className="sr-only">{t("activity.clearSubject")}</span>
          </Button>
        )}
        <p className="text-meta text-muted">{t("activity.chained")}</p>
      </div>
      <QueryView
        query={pages}
        isEmpty={() => rows.length === 0}
        empty={{ title: t("activity.emptyTitle") }}
        onClearFilters={filtered ? () => setSearch({ type: "", subject: "" }) : undefined}
      >
        {() => (
          <>
            {byDay(rows, format).map(([day, events]) => (
              <EventDay
                key={day}
                day={day}
                events={events}
                onSubject={(value) => setSearch({ subject: value })}
              />
            ))}
            {pages.hasNextPage && (
              <Button
                small
                className="w-full"
                disabled={pages.isFetchingNextPage}
                onClick={() => void pages.fetchNextPage()}
              >
                {t("state.more")}
              </Button>
            )}
          </>
        )}
      </QueryView>
    </>
  );
}
