/** One decision in a list of another page; leads to its place in Approvals. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Decision } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Age } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";
import { Stake } from "./Stake";
import { decisionTitle, isUnderWay, kindName, statusTone } from "./words";

export function DecisionLine({ decision }: { decision: Decision }) {
  const { t } = useTranslation();
  const format = useFormat();
  const waiting = decision.status === "proposed";
  return (
    <Link
      to="/approvals/$decisionId"
      params={{ decisionId: decision.id } as never}
      className="motion-hover row-h -mx-2 flex items-center gap-3 rounded-row px-2 py-1.5 hover:bg-raised"
    >
      <span className="min-w-0 flex-1">
        <span className="block truncate">{decisionTitle(decision, t, format)}</span>
        <span className="block truncate text-meta text-muted">
          {kindName(decision.kind, t)} ·{" "}
          {waiting ? (
            <>
              {t("decision.expires")} <Age at={decision.expires_at} />
            </>
          ) : (
            <Age at={decision.decided_at ?? decision.created_at} />
          )}
        </span>
      </span>
      {!waiting && (
        <ToneWord
          tone={statusTone(decision.status)}
          busy={isUnderWay(decision.status)}
          className="text-meta text-muted"
        >
          {t(`status.${decision.status}`)}
        </ToneWord>
      )}
      <span className="text-right text-body tabular-nums">
        <Stake decision={decision} />
      </span>
    </Link>
  );
}
