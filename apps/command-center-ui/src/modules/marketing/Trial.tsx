/** A flow tried before it is saved: its audience now, and what it would have done last month. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { FlowTrial } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Moment } from "@/ui/Time";

const OUTCOMES = [
  "sent",
  "to_come",
  "bought",
  "holdout",
  "without_consent",
  "weekly_cap",
  "daily_cap",
] as const;

export function Trial({ trial }: { trial: FlowTrial }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section className="mt-3 rounded-row border border-line p-3 text-dense" aria-live="polite">
      <p>
        {t("marketing.reach", {
          count: trial.members,
          n: format.count(trial.members),
          agreed: format.count(trial.agreed),
          held: format.count(trial.holdout),
        })}
      </p>
      <p className="text-meta text-muted">{t("marketing.reachConsent")}</p>
      {trial.sample.length > 0 && (
        <>
          <h4 className="mt-2 text-meta text-muted">{t("marketing.sample")}</h4>
          <ul>
            {trial.sample.map((person) => (
              <li key={person.id}>
                <Link
                  to="/customers/$customerId"
                  params={{ customerId: person.id }}
                  className="text-accent underline underline-offset-2"
                >
                  {t("marketing.sampleLine", {
                    name: person.name ?? t("marketing.noName"),
                    count: person.orders,
                  })}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
      <LastMonth trial={trial} />
    </section>
  );
}

function LastMonth({ trial }: { trial: FlowTrial }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (trial.why_not) {
    return <p className="mt-2 text-muted">{t(`marketing.notTried.${trial.why_not}`)}</p>;
  }
  return (
    <>
      <h4 className="mt-3 font-medium">
        {t("marketing.month")} ({t("marketing.signals", { n: format.count(trial.signals) })})
      </h4>
      {trial.sendings.length === 0 ? (
        <p className="text-muted">{t("marketing.monthNone")}</p>
      ) : (
        <>
          <dl className="mt-1 flex flex-wrap gap-x-5 gap-y-1">
            {OUTCOMES.filter((each) => trial.outcomes[each]).map((each) => (
              <div key={each} className="flex gap-1.5">
                <dt className="text-muted">{t(`marketing.outcome.${each}`)}</dt>
                <dd className="tabular-nums">{format.count(trial.outcomes[each] ?? 0)}</dd>
              </div>
            ))}
          </dl>
          <h4 className="mt-2 text-meta text-muted">{t("marketing.latest")}</h4>
          <ul className="max-h-40 overflow-auto">
            {trial.sendings
              .slice(-12)
              .reverse()
              .map((each) => (
                <li key={`${each.customer_id}${each.step}${each.due_at}`}>
                  <Moment at={each.due_at} /> · {each.step} · {each.customer_id} ·{" "}
                  {t(`marketing.outcome.${each.outcome}`)}
                </li>
              ))}
          </ul>
        </>
      )}
    </>
  );
}
