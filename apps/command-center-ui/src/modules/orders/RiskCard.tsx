/** The probability that an order is fraud, and what each factor adds to it. */
import { useTranslation } from "react-i18next";
import type { OrderRisk } from "@/api/types";
import { Card } from "@/ui/Card";
import { Tag } from "@/ui/Tone";
import { percent, riskTone, signed } from "./risk";

export function RiskCard({ risk }: { risk: OrderRisk | null }) {
  const { t } = useTranslation();
  if (!risk) {
    return (
      <Card title={t("way.risk")}>
        <p className="text-dense text-muted">{t("way.notJudged")}</p>
      </Card>
    );
  }
  const most = Math.max(risk.base, ...risk.factors.map((each) => Math.abs(each.contribution)));
  return (
    <Card
      title={t("way.risk")}
      aside={<Tag tone={riskTone(risk.level)}>{t(`way.level.${risk.level}`)}</Tag>}
    >
      <p className="mb-3 flex items-baseline gap-3">
        <span className="font-display text-h2 tabular-nums">{percent(risk.score)}</span>
        <span className="text-dense text-muted">{t("way.probability")}</span>
      </p>
      <dl className="space-y-2">
        <Factor
          name={t("way.base")}
          contribution={risk.base}
          most={most}
          reason={t("way.learned", { bad: risk.learned_bad, good: risk.learned_good })}
        />
        {risk.factors.map((each) => (
          <Factor
            key={each.name}
            name={t(`way.factor.${each.name}` as "way.factor.velocity", {
              defaultValue: each.name,
            })}
            contribution={each.contribution}
            most={most}
            reason={each.reason}
          />
        ))}
      </dl>
      {risk.outcome && (
        <p className="mt-3 text-dense">
          {t(`way.outcome.${risk.outcome}`)}
          {risk.outcome_why && (
            <span className="text-muted">
              {" · "}
              {t(`way.why.${risk.outcome_why}` as "way.why.chargeback", {
                defaultValue: risk.outcome_why,
              })}
            </span>
          )}
        </p>
      )}
    </Card>
  );
}

interface FactorProps {
  name: string;
  contribution: number;
  most: number;
  reason: string;
}

function Factor({ name, contribution, most, reason }: FactorProps) {
  const width = most > 0 ? Math.round((Math.abs(contribution) / most) * 100) : 0;
  return (
    <div>
      <dt className="flex justify-between gap-4 text-dense">
        <span>{name}</span>
        <span className="tabular-nums">{signed(contribution)}</span>
      </dt>
      <dd>
        <span aria-hidden="true" className="block h-1.5 rounded-full bg-line">
          <span
            className={`block h-full rounded-full ${contribution > 0 ? "bg-warn" : "bg-ok"}`}
            style={{ width: `${width}%` }}
          />
        </span>
        <span className="text-meta text-muted">{reason}</span>
      </dd>
    </div>
  );
}
