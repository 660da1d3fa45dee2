/** How good the agent's own words were: what people confirmed, how far forecasts were off. */
import { useTranslation } from "react-i18next";
import { useAnalyticsAccuracy } from "@/api/insights";
import type { AnalyticsAccuracy } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";
import { Scrollable } from "@/ui/Scrollable";
import { metricName } from "./words";

export function Track() {
  const { t } = useTranslation();
  const query = useAnalyticsAccuracy();
  return (
    <QueryView
      query={query}
      isEmpty={(found) => found.days_watched === 0}
      empty={{ title: t("analytics.found.notYet"), body: t("analytics.found.notYetBody") }}
    >
      {(found) => (
        <div className="grid gap-4">
          <Said found={found} />
          <Foretold found={found} />
        </div>
      )}
    </QueryView>
  );
}

function Said({ found }: { found: AnalyticsAccuracy }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card title={t("analytics.record.alerts")}>
      <p>
        <span className="font-display text-h2 tabular-nums">
          {found.confirmed_percent === null
            ? t("analytics.record.unknown")
            : format.percent(found.confirmed_percent)}
        </span>{" "}
        <span className="text-dense text-muted">{t("analytics.record.confirmed")}</span>
      </p>
      <p className="mt-1 text-dense text-muted">
        {t("analytics.record.counts", {
          confirmed: format.count(found.confirmed),
          dismissed: format.count(found.dismissed),
          open: format.count(found.open),
          judged: format.count(found.figures_judged),
        })}
      </p>
    </Card>
  );
}

function Foretold({ found }: { found: AnalyticsAccuracy }) {
  const { t } = useTranslation();
  const format = useFormat();
  const title = t("analytics.record.forecasts");
  return (
    <Card title={title}>
      {found.forecasts.length === 0 ? (
        <p className="text-dense text-muted">{t("analytics.record.noForecasts")}</p>
      ) : (
        <Scrollable label={title}>
          <table className="w-full text-dense tabular-nums">
            <thead className="text-left text-meta text-muted">
              <tr>
                <th className="px-3 py-2 font-normal">{t("analytics.measure")}</th>
                <th className="px-3 py-2 text-right font-normal">{t("analytics.record.error")}</th>
                <th className="px-3 py-2 text-right font-normal">
                  {t("analytics.record.covered")}
                </th>
                <th className="px-3 py-2 text-right font-normal">{t("analytics.record.count")}</th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {found.forecasts.map((each) => (
                <tr key={each.metric}>
                  <th scope="row" className="px-3 py-1.5 text-left font-normal">
                    {metricName(each.metric, t)}
                  </th>
                  <td className="px-3 py-1.5 text-right">
                    {each.error_percent === null ? "–" : format.percent(each.error_percent)}
                  </td>
                  <td className="px-3 py-1.5 text-right">{format.percent(each.covered_percent)}</td>
                  <td className="px-3 py-1.5 text-right">{format.count(each.days)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrollable>
      )}
    </Card>
  );
}
