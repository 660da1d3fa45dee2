/** Where an approved decision is: approved, writing, written and read back; or why it is not. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { DecisionDetail } from "@/api/types";
import { isUnderWay, statusTone } from "@/decision/words";
import { Moment } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";

export function Progress({ decision }: { decision: DecisionDetail }) {
  const { t } = useTranslation();
  const { status } = decision;
  if (status === "proposed") return null;
  return (
    <div
      role="status"
      aria-live="polite"
      data-status={status}
      className="mt-4 rounded-row border border-line bg-raised px-3 py-2 text-dense"
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <ToneWord tone={statusTone(status)} busy={isUnderWay(status)} className="font-medium">
          {t(`status.${status}`)}
        </ToneWord>
        <span className="text-muted">{t(`statusSays.${status}`)}</span>
      </div>
      <p className="mt-1 flex flex-wrap gap-x-4 text-meta text-muted">
        {decision.decided_at && (
          <span>
            {t("decision.decidedBy", { who: decision.decided_by ?? "–" })}{" "}
            <Moment at={decision.decided_at} />
          </span>
        )}
        {decision.executed_at && (
          <span>
            {t("decision.executedAt")} <Moment at={decision.executed_at} />
          </span>
        )}
        <Related id={decision.reverts} label={t("decision.reverts")} />
        <Related id={decision.reverted_by} label={t("decision.revertedBy")} />
      </p>
      {decision.failure && <p className="mt-1 text-bad">{decision.failure}</p>}
    </div>
  );
}

function Related({ id, label }: { id: string | null; label: string }) {
  if (!id) return null;
  return (
    <Link
      to="/approvals/$decisionId"
      params={{ decisionId: id } as never}
      search={((previous: object) => previous) as never}
      className="text-accent underline underline-offset-2"
    >
      {label}
    </Link>
  );
}
