/** How the figure came about: its definition, the SQL that gave it, and the rows it is made of. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Question, useFactRows } from "@/api/analytics";
import type { Explored } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";
import { Scrollable } from "@/ui/Scrollable";

interface DrillProps {
  found: Explored;
  question: Question;
}

export function Drill({ found, question }: DrillProps) {
  const { t } = useTranslation();
  const [rowsOpen, setRowsOpen] = useState(false);
  const { metric } = found;
  const parameters = Object.entries(found.parameters);
  return (
    <Card title={t("analytics.how")} className="mt-4">
      <dl className="grid gap-x-6 gap-y-2 text-dense md:grid-cols-[max-content_1fr]">
        <dt className="text-muted">{t("analytics.formula")}</dt>
        <dd lang="en">{metric.formula}</dd>
        <dt className="text-muted">{t("analytics.unknownWhen")}</dt>
        <dd lang="en">{metric.unknown}</dd>
        <dt className="text-muted">{t("analytics.owner")}</dt>
        <dd>{metric.owner}</dd>
      </dl>
      {found.sql && (
        <details className="mt-3">
          <summary className="cursor-pointer text-dense text-accent max-md:py-3">
            {t("analytics.sql")}
          </summary>
          <Scrollable label={t("analytics.sql")} className="mt-2 max-h-80 p-3">
            <pre className="font-mono text-meta whitespace-pre-wrap">{found.sql}</pre>
            {parameters.length > 0 && (
              <p className="mt-2 font-mono text-meta text-muted">
                {parameters.map(([name, value]) => `$${name} = ${value}`).join(", ")}
              </p>
            )}
          </Scrollable>
        </details>
      )}
      {found.sql && !rowsOpen && (
        <Button small className="mt-3" onClick={() => setRowsOpen(true)}>
          {t("analytics.showRows")}
        </Button>
      )}
      {rowsOpen && <Rows question={question} />}
    </Card>
  );
}

function Rows({ question }: { question: Question }) {
  const { t } = useTranslation();
  const format = useFormat();
  const pages = useFactRows(question, true);
  const rows = pages.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <div className="mt-3">
      <QueryView
        query={pages}
        isEmpty={() => rows.length === 0}
        empty={{ title: t("analytics.noRows") }}
      >
        {() => (
          <Scrollable label={t("analytics.rows")} className="max-h-96">
            <table className="w-full text-dense tabular-nums">
              <thead className="sticky top-0 bg-surface text-left text-meta text-muted">
                <tr>
                  <th className="px-3 py-2 font-normal">{t("analytics.row")}</th>
                  <th className="px-3 py-2 font-normal">{t("analytics.day")}</th>
                  <th className="px-3 py-2 text-right font-normal">{t("analytics.amount")}</th>
                </tr>
              </thead>
              <tbody className="divide-y divide-line">
                {rows.map((row) => (
                  <tr key={`${row.side} ${row.fact} ${row.row}`}>
                    <td className="px-3 py-1.5">
                      <span className="text-muted">
                        {t(`analytics.fact.${row.fact}` as "analytics.fact.order", {
                          defaultValue: row.fact,
                        })}
                      </span>{" "}
                      <span className="font-mono text-meta break-all">{row.row}</span>
                    </td>
                    <td className="px-3 py-1.5 whitespace-nowrap">{format.date(row.day)}</td>
                    <td className="px-3 py-1.5 text-right whitespace-nowrap">
                      {row.amount === null
                        ? t("analytics.why.no_rows")
                        : format.quantity(row.amount, row.currency ?? "")}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrollable>
        )}
      </QueryView>
      {pages.hasNextPage && (
        <Button
          small
          className="mt-3 w-full"
          disabled={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          {t("state.more")}
        </Button>
      )}
    </div>
  );
}
