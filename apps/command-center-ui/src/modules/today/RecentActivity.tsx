/** What happened last, from the audit log. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { PROGRESS, useEventPages } from "@/api/events";
import { EventLine } from "@/events/EventLine";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";

const SHOWN = 8;

export function RecentActivity() {
  const { t } = useTranslation();
  const query = useEventPages({ limit: SHOWN, without: PROGRESS });
  const rows = query.data?.pages[0]?.data ?? [];
  return (
    <Card
      title={t("nav.activity")}
      aside={
        <Link to="/activity" className="text-accent underline underline-offset-2">
          {t("today.allActivity")}
        </Link>
      }
    >
      <QueryView
        query={query}
        isEmpty={() => rows.length === 0}
        empty={{ title: t("activity.emptyTitle") }}
      >
        {() => (
          <ol className="space-y-1">
            {rows.map((event) => (
              <li key={event.seq}>
                <EventLine event={event} />
              </li>
            ))}
          </ol>
        )}
      </QueryView>
    </Card>
  );
}
