/** The grounds: evidence, rules hit, risk factors, undo plan, and the decision's life so far. */
import { Link } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAgents } from "@/api/agents";
import type { DecisionDetail } from "@/api/types";
import { actorName, eventName } from "@/events/words";
import { useFormat } from "@/format/use-format";
import { Moment } from "@/ui/Time";
import { type Tone, ToneWord } from "@/ui/Tone";
import { EvidenceTable } from "./EvidenceTable";

export function Why({ decision }: { decision: DecisionDetail }) {
  const { t } = useTranslation();
  return (
    <div className="mt-6 space-y-6 border-t border-line pt-5">
      <Part title={t("why.evidence")}>
        <EvidenceTable evidence={decision.evidence} />
      </Part>
      <div className="grid grid-cols-1 gap-6 xl:grid-cols-2">
        <Rules decision={decision} />
        <RiskFactors decision={decision} />
      </div>
      <Part title={t("why.undo")}>
        <p lang="en" className="text-dense text-muted">
          {decision.inverse.explanation}
        </p>
      </Part>
      <Life decision={decision} />
      <details className="text-dense">
        <summary className="cursor-pointer text-muted hover:text-fg max-md:py-3">
          {t("why.exact")}
        </summary>
        <p className="mt-2 font-mono text-caption break-all text-muted">
          {t("why.hash")} {decision.argument_hash}
        </p>
        <pre className="mt-2 overflow-x-auto rounded-row border border-line bg-raised p-3 font-mono text-meta">
          {JSON.stringify(
            { arguments: decision.arguments, precondition: decision.precondition },
            null,
            2,
          )}
        </pre>
        {decision.run_id && (
          <Link
            to="/runs/$runId"
            params={{ runId: decision.run_id } as never}
            className="mt-2 inline-block text-accent underline underline-offset-2"
          >
            {t("why.run")}
          </Link>
        )}
      </details>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="min-w-0">
      <h3 className="mb-2 text-lead">{title}</h3>
      {children}
    </section>
  );
}

/** What a rule of the policy is called; its own sentence, which the server says, follows. */
function ruleName(rule: string, t: TFunction): string {
  return t(`rule.${rule.replaceAll(".", "_")}` as "rule.stop", { defaultValue: "" });
}

const RULING: Record<string, Tone> = { allow: "ok", ask: "warn", deny: "bad" };

function Rules({ decision }: { decision: DecisionDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { hits } = decision.verdict;
  return (
    <Part title={t("why.rules")}>
      {hits.length === 0 ? (
        <p className="text-dense text-muted">{t("why.noRules")}</p>
      ) : (
        <ul className="space-y-2 text-dense">
          {hits.map((hit) => (
            <li key={hit.rule}>
              <ToneWord tone={RULING[hit.ruling] ?? "muted"}>{t(`ruling.${hit.ruling}`)}</ToneWord>{" "}
              {ruleName(hit.rule, t)}{" "}
              <span lang="en" className="text-muted">
                {hit.message}
              </span>
              {hit.limit !== null && hit.actual !== null && (
                <span className="block pl-4 text-meta text-muted tabular-nums">
                  {t("why.limit", {
                    limit: format.quantity(hit.limit, hit.unit ?? ""),
                    actual: format.quantity(hit.actual, hit.unit ?? ""),
                  })}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

function RiskFactors({ decision }: { decision: DecisionDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { factors } = decision.risk;
  return (
    <Part title={t("why.risk")}>
      {factors.length === 0 ? (
        <p className="text-dense text-muted">{t("why.noRisk")}</p>
      ) : (
        <ul className="space-y-2 text-dense">
          {factors.map((factor) => (
            <li key={factor.name} className="grid grid-cols-[3rem_1fr] gap-x-2">
              <span className="text-right tabular-nums">
                {format.decimal(String(factor.contribution), { signed: true })}
              </span>
              <span lang="en" className="text-muted">
                {factor.reason}
              </span>
              <span />
              <span className="mt-1 h-1 rounded-full bg-raised">
                <span
                  className="block h-1 rounded-full bg-warn"
                  style={{ width: `${Math.min(Math.abs(factor.contribution) * 100, 100)}%` }}
                />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

function Life({ decision }: { decision: DecisionDetail }) {
  const { t } = useTranslation();
  const names = new Map(useAgents().data?.data.map((agent) => [agent.id, agent.name]));
  return (
    <Part title={t("why.timeline")}>
      <ol className="space-y-1 text-dense">
        {decision.timeline.map((entry) => (
          <li key={entry.seq} className="flex flex-wrap gap-x-3">
            <span className="w-32 shrink-0 text-muted">
              <Moment at={entry.at} />
            </span>
            <span>{eventName(entry.type, t)}</span>
            <span className="text-muted">{actorName(entry.actor, names)}</span>
          </li>
        ))}
      </ol>
    </Part>
  );
}
