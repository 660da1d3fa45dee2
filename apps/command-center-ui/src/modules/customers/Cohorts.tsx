/** Cohorts by the month of the first order: how many of them ordered in each month after. */
import { useTranslation } from "react-i18next";
import { useCohorts } from "@/api/customer-cohorts";
import type { Cohorts as CohortsAnswer } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";
import { Scrollable } from "@/ui/Scrollable";

/** Beyond this share the text would no longer stand out from its ground. */
const DEEPEST = 25;

type Cohort = CohortsAnswer["data"][number];

export function Cohorts() {
  const { t } = useTranslation();
  const query = useCohorts();
  return (
    <Card title={t("customers.cohorts.title")}>
      <p className="mb-3 max-w-[80ch] text-dense text-muted">{t("customers.cohorts.body")}</p>
      <QueryView
        query={query}
        isEmpty={({ data }) => data.length === 0}
        empty={{
          title: t("customers.cohorts.emptyTitle"),
          body: t("customers.cohorts.emptyBody"),
        }}
      >
        {(answer) => <Grid answer={answer} />}
      </QueryView>
    </Card>
  );
}

function Grid({ answer }: { answer: CohortsAnswer }) {
  const { t } = useTranslation();
  const months = Math.max(...answer.data.map((cohort) => cohort.active.length));
  const head = "h-8 px-2 font-medium whitespace-nowrap";
  return (
    <Scrollable label={t("customers.cohorts.title")} className="relative">
      <table className="w-full border-collapse text-dense tabular-nums">
        <thead>
          <tr className="border-b border-line text-right text-meta text-muted">
            <th scope="col" className={`${head} text-left`}>
              {t("customers.cohorts.month")}
            </th>
            <th scope="col" className={head}>
              {t("customers.cohorts.size")}
            </th>
            <th scope="col" className={head}>
              {t("customers.cohorts.perCustomer")}
            </th>
            {Array.from({ length: months - 1 }, (_, index) => index + 1).map((after) => (
              <th key={after} scope="col" className={head}>
                {t("customers.cohorts.after", { count: after })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answer.data.map((cohort) => (
            <Row key={cohort.month} cohort={cohort} months={months} currency={answer.currency} />
          ))}
        </tbody>
      </table>
    </Scrollable>
  );
}

interface RowProps {
  cohort: Cohort;
  months: number;
  currency: string;
}

function Row({ cohort, months, currency }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const spent = cohort.net.at(-1) ?? null;
  const cell = "row-h px-2 py-1.5 text-right";
  return (
    <tr className="border-b border-line last:border-b-0">
      <th scope="row" className="row-h px-2 py-1.5 text-left font-normal whitespace-nowrap">
        {cohort.month}
      </th>
      <td className={cell}>{format.count(cohort.size)}</td>
      <td className={cell}>
        {spent === null
          ? t("customers.unknown")
          : format.money({ amount: (Number(spent) / cohort.size).toFixed(2), currency })}
      </td>
      {Array.from({ length: months - 1 }, (_, index) => index + 1).map((after) => {
        const active = cohort.active[after];
        // A month ahead is not known: its place stays empty.
        if (active === undefined) return <td key={after} className={cell} />;
        const share = (100 * active) / cohort.size;
        const running = after === cohort.active.length - 1;
        return (
          <td
            key={after}
            className={cell}
            title={`${active} / ${cohort.size}`}
            style={{
              background: `color-mix(in srgb, var(--c-accent) ${Math.min(share, DEEPEST)}%, transparent)`,
            }}
          >
            <span className={running ? "text-muted italic" : undefined}>
              {format.percent(share.toFixed(1), { digits: 0 })}
            </span>
            {running && <span className="sr-only"> {t("customers.cohorts.running")}</span>}
          </td>
        );
      })}
    </tr>
  );
}
