/** The weekly reports: to read, to print, and where their decision stands. */
import { Link } from "@tanstack/react-router";
import { FileText } from "lucide-react";
import { useTranslation } from "react-i18next";
import { reportAddress, useReports } from "@/api/insights";
import type { Report } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";
import { ToneWord } from "@/ui/Tone";

export function Reports() {
  const { t } = useTranslation();
  const query = useReports();
  return (
    <QueryView
      query={query}
      isEmpty={(found) => found.data.length === 0}
      empty={{ title: t("analytics.reports.none"), body: t("analytics.reports.noneBody") }}
    >
      {(found) => (
        <ul className="grid gap-3">
          {found.data.map((report) => (
            <li key={report.id}>
              <OneReport report={report} />
            </li>
          ))}
        </ul>
      )}
    </QueryView>
  );
}

function OneReport({ report }: { report: Report }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const days = t("analytics.days", {
    from: format.date(report.first),
    to: format.date(report.last),
  });
  const withdrawn = report.withdrawn_at !== null;
  const state = withdrawn ? "withdrawn" : report.published_at ? "published" : "composed";
  return (
    <Card title={t("analytics.reports.week", { week: report.id })} aside={days}>
      <p className="flex flex-wrap items-center gap-x-5 gap-y-2 text-dense">
        <ToneWord tone={state === "published" ? "ok" : "muted"}>
          {t(`analytics.reports.${state}`)}
        </ToneWord>
        {!withdrawn &&
          (["page", "document"] as const).map((form) => (
            <a
              key={form}
              className="inline-flex items-center gap-1.5 text-accent hover:underline max-md:min-h-11"
              href={reportAddress(report.id, form, i18n.language)}
              target="_blank"
              rel="noreferrer"
            >
              <FileText size={16} aria-hidden="true" />
              {t(`analytics.reports.${form}`)}
            </a>
          ))}
        {report.decision_id && (
          <Link
            to="/approvals/$decisionId"
            params={{ decisionId: report.decision_id }}
            className="text-accent hover:underline max-md:py-3"
          >
            {t("analytics.found.decision")}
          </Link>
        )}
      </p>
    </Card>
  );
}
