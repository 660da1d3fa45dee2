/** One article: score, five factors with their evidence, why and why not, and the import. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Candidate } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { Tag, type Tone } from "@/ui/Tone";
import { FactorBar } from "./FactorBar";

const BADGE: Record<Candidate["badge"], Tone> = { good: "ok", fair: "info", poor: "warn" };

interface CandidateCardProps {
  candidate: Candidate;
  chosen: boolean;
  onChoose: () => void;
}

export function CandidateCard({ candidate, chosen, onChoose }: CandidateCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { price, cost, margin } = candidate;
  return (
    <Card
      className="h-full"
      title={candidate.title}
      aside={
        <label className="inline-flex min-h-6 items-center gap-1.5">
          <input
            type="checkbox"
            checked={chosen}
            onChange={onChoose}
            aria-label={t("research.choose", { title: candidate.title })}
          />
          {t("research.compare")}
        </label>
      }
    >
      <p className="mb-2 flex flex-wrap gap-1.5">
        <Tag tone="accent">
          {t("research.score")} {candidate.score.toFixed(2)}
        </Tag>
        <Tag tone={BADGE[candidate.badge]}>{t(`research.badge.${candidate.badge}`)}</Tag>
        <Tag>{t(`research.phase.${candidate.phase}`)}</Tag>
      </p>
      <p className="mb-3 text-dense text-muted tabular-nums">
        {candidate.supplier} · {t("research.cost")}{" "}
        {cost ? format.money(cost) : t("research.unknown")} · {t("research.price")}{" "}
        {price ? format.money(price) : t("research.unknown")}
        {margin !== null &&
          ` · ${t("research.margin", { value: `${Math.round(margin * 100)} %` })}`}
      </p>
      <dl className="grid gap-2">
        {candidate.factors.map((factor) => (
          <FactorBar key={factor.name} factor={factor} />
        ))}
      </dl>
      {candidate.why_not && !candidate.decision_id && (
        <p className="mt-3 text-dense">
          <span className="font-medium text-warn">{t("research.whyNot")}</span> {candidate.why_not}
        </p>
      )}
      {candidate.decision_id && (
        <p className="mt-3 text-dense">
          <Link
            to="/approvals/$decisionId"
            params={{ decisionId: candidate.decision_id } as never}
            search={{ status: "all" } as never}
            className="text-accent underline underline-offset-2"
          >
            {t("research.decide")}
          </Link>
          {candidate.decision_status && (
            <span className="ml-2 text-muted">
              {t(`status.${candidate.decision_status}` as "status.proposed", {
                defaultValue: candidate.decision_status,
              })}
            </span>
          )}
        </p>
      )}
    </Card>
  );
}
