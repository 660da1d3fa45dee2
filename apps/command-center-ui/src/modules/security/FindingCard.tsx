/** One finding: how grave, its evidence, what to do, and letting it wait. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/session";
import type { SecurityFinding } from "@/api/types";
import { said } from "@/decision/said";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Age, Moment } from "@/ui/Time";
import { Tag, type Tone } from "@/ui/Tone";
import { SuppressDialog } from "./SuppressDialog";
import { useCheckName } from "./use-check-name";

const TONE: Record<SecurityFinding["severity"], Tone> = {
  critical: "bad",
  high: "bad",
  medium: "warn",
  low: "info",
};

export function FindingCard({ finding }: { finding: SecurityFinding }) {
  const { t } = useTranslation();
  const checkName = useCheckName();
  const may = useMay("policy:write");
  const [asking, setAsking] = useState(false);
  return (
    <Card
      title={said(finding.words.title, finding.title, t)}
      aside={<Age at={finding.last_seen_at} />}
    >
      <p className="mb-3 flex flex-wrap gap-1.5">
        <Tag tone={TONE[finding.severity]}>{t(`security.severity.${finding.severity}`)}</Tag>
        <Tag>{checkName(finding.check)}</Tag>
        <Tag>{t("security.seen", { count: finding.times_seen })}</Tag>
      </p>
      <dl className="grid gap-1 text-dense sm:grid-cols-[12rem_1fr]">
        {finding.facts.map((fact) => (
          <div key={`${fact.label} ${fact.value}`} className="contents">
            <dt className="text-muted">{said(fact.words.label, fact.label, t)}</dt>
            <dd className="min-w-0 [overflow-wrap:anywhere]">
              {said(fact.words.value, fact.value, t)}{" "}
              <span className="text-meta text-muted">
                {said(fact.words.source, fact.source, t)}
              </span>
            </dd>
          </div>
        ))}
        <dt className="text-muted">{t("security.firstSeen")}</dt>
        <dd>
          <Moment at={finding.first_seen_at} />
        </dd>
      </dl>
      <p className="mt-3 text-dense">
        <span className="font-medium">{t("security.remedy")}</span>{" "}
        {said(finding.words.remedy, finding.remedy, t)}
      </p>
      {finding.suppression && (
        <p className="mt-3 text-dense text-muted">
          {t("security.waits", {
            person: finding.suppression.person,
            reason: finding.suppression.reason,
          })}{" "}
          <Moment at={finding.suppression.expires_at} />
        </p>
      )}
      {finding.alert && (
        <p className="mt-3 text-dense text-muted">
          {t("security.alerted", { severity: t(`security.severity.${finding.alert.severity}`) })}{" "}
          <Link
            to="/approvals/$decisionId"
            params={{ decisionId: finding.alert.decision_id }}
            className="text-accent underline underline-offset-2"
          >
            <Moment at={finding.alert.at} />
          </Link>
        </p>
      )}
      <div className="mt-3 flex flex-wrap items-center gap-3">
        {finding.order_id && (
          <Link
            to="/orders/$orderId"
            params={{ orderId: finding.order_id } as never}
            className="text-dense text-accent underline underline-offset-2"
          >
            {t("security.order")}
          </Link>
        )}
        {finding.state === "open" && (
          <Button small disabled={!may} onClick={() => setAsking(true)}>
            {t("security.suppress")}
          </Button>
        )}
      </div>
      <SuppressDialog finding={finding} open={asking} onClose={() => setAsking(false)} />
    </Card>
  );
}
