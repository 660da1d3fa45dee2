/** What stands between a message and its answer: no model, a spent budget, another tab, no connection. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ChatStatus } from "@/api/aira";
import { useGrantBudget } from "@/api/chat-status";
import { type ApiProblem, asProblem } from "@/api/problem";
import { useMay, useSession } from "@/api/session";
import { useFormat } from "@/format/use-format";
import { cx } from "@/ui/cx";
import { Moment } from "@/ui/Time";
import { sayFailed } from "@/ui/toast";
import type { Talk, TalkState } from "./talk";

const BORDER = { warn: "border-warn", info: "border-info", bad: "border-bad" };

interface NoticeProps {
  tone: keyof typeof BORDER;
  alert?: boolean;
  children: ReactNode;
}

function Notice({ tone, alert, children }: NoticeProps) {
  return (
    <div
      role={alert ? "alert" : "status"}
      className={cx(
        "mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-row border bg-raised px-3 py-2 text-dense",
        BORDER[tone],
      )}
    >
      {children}
    </div>
  );
}

function Act({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="text-accent underline underline-offset-2 max-md:min-h-11"
    >
      {children}
    </button>
  );
}

interface ConnectionProps {
  talk: Talk;
  state: TalkState;
  onFollow: (turn: string) => void;
}

export function ConnectionNotice({ talk, state, onFollow }: ConnectionProps) {
  const { t } = useTranslation();
  const { clash, problem } = state;
  if (state.phase === "reconnecting") {
    return (
      <Notice tone="warn">
        <span>{t("aira.reconnecting")}</span>
        <Act onClick={() => talk.retryNow()}>{t("state.retry")}</Act>
      </Notice>
    );
  }
  if (clash?.reason === "answering") {
    return (
      <Notice tone="info" alert>
        <span>{t("aira.busyElsewhere")}</span>
        <Act onClick={() => onFollow(clash.turnId)}>{t("aira.follow")}</Act>
        <Act onClick={() => void talk.stop(clash.turnId)}>{t("aira.stopOther")}</Act>
      </Notice>
    );
  }
  if (clash) {
    return (
      <Notice tone="info" alert>
        <span>{t("aira.movedOn")}</span>
      </Notice>
    );
  }
  return problem ? <Problem problem={problem} onClose={() => talk.forgetProblem()} /> : null;
}

function Problem({ problem, onClose }: { problem: ApiProblem; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Notice tone="bad" alert>
      <span className="min-w-0 flex-1">
        {problem.status === 0 ? t("state.unreachable") : problem.message}
        {problem.remedy && <span className="block text-muted">{problem.remedy}</span>}
        {problem.requestId && (
          <span className="block font-mono text-caption text-muted">
            {t("state.requestId")} {problem.requestId}
          </span>
        )}
      </span>
      <Act onClick={onClose}>{t("state.close")}</Act>
    </Notice>
  );
}

/** The share of a budget from which it is shown. */
const NEAR = 0.8;

export function ModelNotice({ status }: { status: ChatStatus }) {
  const { t } = useTranslation();
  const { budget } = status;
  if (!status.can_converse) {
    return (
      <Notice tone="info">
        <span>
          {t("aira.noModel")}{" "}
          {status.missing.map((name) => (
            <code key={name} className="mr-1 rounded-control bg-bg px-1 font-mono text-meta">
              {name}
            </code>
          ))}
          {status.remedy && <span className="block text-muted">{status.remedy}</span>}
        </span>
      </Notice>
    );
  }
  if (!budget.paused && shareOf(budget) < NEAR) return null;
  return (
    <Notice tone={budget.paused ? "bad" : "warn"}>
      <span>{t(budget.paused ? "aira.budgetSpent" : "aira.budgetNear")}</span>
      <Used budget={budget} />
      <span className="text-muted">
        {t("aira.budgetResets")} <Moment at={budget.resets_at} />
      </span>
      {budget.paused && <Grant />}
    </Notice>
  );
}

/** A spent budget pauses and asks: who sets the limits may grant another day's. */
function Grant() {
  const { t } = useTranslation();
  const may = useMay("policy:write");
  const name = useSession().data?.name ?? "";
  const grant = useGrantBudget(name);
  if (!may || !name) return null;
  const onError = (error: unknown) => sayFailed(t("aira.grantFailed"), asProblem(error));
  return <Act onClick={() => grant.mutate(undefined, { onError })}>{t("aira.grant")}</Act>;
}

type Budget = ChatStatus["budget"];

/** The larger of both shares; for a comparison only, so floats will do. */
function shareOf(budget: Budget): number {
  const tokens = budget.tokens_per_day ? budget.tokens_used / budget.tokens_per_day : 0;
  const { money_per_day: limit, money_used: used } = budget;
  return Math.max(tokens, limit && used && Number(limit) > 0 ? Number(used) / Number(limit) : 0);
}

function Used({ budget }: { budget: Budget }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { currency, money_per_day: limit, money_used: used } = budget;
  return (
    <>
      {budget.tokens_per_day !== null && (
        <span className="tabular-nums">
          {t("aira.budgetTokens", {
            used: format.count(budget.tokens_used),
            limit: format.count(budget.tokens_per_day),
          })}
        </span>
      )}
      {limit && used && currency && (
        <span className="tabular-nums">
          {format.money({ amount: used, currency })} / {format.money({ amount: limit, currency })}
        </span>
      )}
    </>
  );
}
