/** Past forecasts of a variant against what was sold: how often the band held, week by week. */
import { useTranslation } from "react-i18next";
import type { Forecast } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Tag } from "@/ui/Tone";

interface Judged {
  week: string;
  units: string;
  expected: string;
  low: string;
  high: string;
  inside: boolean;
}

const holds = (units: string, low: string, high: string) =>
  Number(units) >= Number(low) && Number(units) <= Number(high);

/** Weeks that are over and had been forecast, newest first. */
function judged(forecast: Forecast): Judged[] {
  return forecast.points
    .flatMap(({ week, units, expected, low, high }) =>
      units === null || expected === null || low === null || high === null
        ? []
        : [{ week, units, expected, low, high, inside: holds(units, low, high) }],
    )
    .reverse();
}

export function Kept({ forecast }: { forecast: Forecast }) {
  const { t } = useTranslation();
  const format = useFormat();
  const weeks = judged(forecast);
  if (weeks.length === 0) {
    return <p className="mt-3 text-caption text-muted">{t("products.notJudged")}</p>;
  }
  const sum = (pick: (week: Judged) => string) =>
    format.decimal(String(weeks.reduce((total, week) => total + Number(pick(week)), 0)), {
      digits: 0,
    });
  const cell = "px-3 py-1 tabular-nums first:pl-0 last:pr-0";
  return (
    <section className="mt-4 border-t border-line pt-3" aria-label={t("products.kept")}>
      <h3 className="text-meta font-medium">{t("products.kept")}</h3>
      <p className="mt-1 text-meta text-muted">
        {t("products.keptSum", {
          count: weeks.length,
          inside: weeks.filter((week) => week.inside).length,
          expected: sum((week) => week.expected),
          sold: sum((week) => week.units),
        })}
      </p>
      <table className="mt-2 w-full border-collapse text-right text-meta">
        <thead>
          <tr className="border-b border-line text-muted">
            <th scope="col" className={`${cell} text-left font-medium`}>
              {t("forecast.week")}
            </th>
            <th scope="col" className={`${cell} font-medium`}>
              {t("forecast.expected")}
            </th>
            <th scope="col" className={`${cell} font-medium`}>
              {t("forecast.sold")}
            </th>
            <th scope="col" className={`${cell} font-medium`}>
              {t("forecast.interval")}
            </th>
          </tr>
        </thead>
        <tbody>
          {weeks.slice(0, 8).map((week) => (
            <tr key={week.week} className="border-b border-line last:border-0">
              <th scope="row" className={`${cell} text-left font-normal whitespace-nowrap`}>
                {format.date(week.week)}
              </th>
              <td className={cell}>{format.decimal(week.expected, { digits: 1 })}</td>
              <td className={cell}>{format.decimal(week.units, { digits: 0 })}</td>
              <td className={`${cell} whitespace-nowrap`}>
                <span className="mr-2">
                  {format.decimal(week.low, { digits: 1 })} –{" "}
                  {format.decimal(week.high, { digits: 1 })}
                </span>
                <Tag tone={week.inside ? "ok" : "warn"}>
                  {t(week.inside ? "products.inside" : "products.outside")}
                </Tag>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
