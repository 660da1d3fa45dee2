/** One decision as a case: the change, why, what it risks, how it is undone, what happened since. */
import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAgents } from "@/api/agents";
import { useDecision } from "@/api/decision";
import type { DecisionDetail, Effect } from "@/api/types";
import { Diff } from "@/decision/Diff";
import { Progress } from "@/decision/Progress";
import { said } from "@/decision/said";
import { decisionTitle, kindName, RISK_TONE, riskLevel } from "@/decision/words";
import { Ground, Outcome, Verdict } from "@/effects/Outcome";
import { useFormat } from "@/format/use-format";
import { QueryView } from "@/ui/QueryView";
import { Age } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";
import { Actions } from "./Actions";
import { Interval } from "./Interval";
import { Why } from "./Why";

export function Case({ id, onBack }: { id: string; onBack: () => void }) {
  const { t } = useTranslation();
  const query = useDecision(id);
  return (
    <article
      id="case"
      tabIndex={-1}
      aria-label={t("approvals.case")}
      className="brass-rule rounded-card border border-line bg-surface p-5 outline-none lg:sticky lg:top-[72px] lg:max-h-[calc(100dvh-92px)] lg:overflow-y-auto max-md:p-4"
    >
      <button
        type="button"
        onClick={onBack}
        className="mb-2 inline-flex min-h-11 items-center gap-2 text-muted hover:text-fg lg:hidden"
      >
        <ArrowLeft size={16} aria-hidden="true" />
        {t("nav.approvals")}
      </button>
      <QueryView query={query}>{(decision) => <Body decision={decision} />}</QueryView>
    </article>
  );
}

function Body({ decision }: { decision: DecisionDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const agents = useAgents().data?.data ?? [];
  const agent = agents.find((candidate) => candidate.id === decision.agent_id);
  const level = riskLevel(decision.risk_score);
  return (
    <>
      <p className="caps text-accent">
        {agent?.name ?? decision.agent_id} · {t(`risk.${level}`)}
      </p>
      <h2 className="mt-1 text-h2">{decisionTitle(decision, t, format)}</h2>
      {/* On a phone the change comes before its reason, which may fill the screen. */}
      <div className="flex flex-col max-md:flex-col-reverse">
        <Rationale decision={decision} />
        <Diff changes={decision.changes} status={decision.status} />
      </div>
      <Progress decision={decision} />
      <dl className="mt-4 grid grid-cols-2 gap-x-5 gap-y-3 sm:grid-cols-[repeat(auto-fit,minmax(120px,1fr))]">
        <Fact label={t("decision.stake")}>
          {decision.money_at_stake ? format.money(decision.money_at_stake) : t("state.unknown")}
        </Fact>
        <Fact label={t("decision.cost")}>
          {decision.cost ? format.money(decision.cost) : t("decision.noCost")}
        </Fact>
        <Fact label={t("decision.risk")}>
          <ToneWord tone={RISK_TONE[level]}>
            {format.decimal(String(decision.risk_score))} · {t(`risk.${level}`)}
          </ToneWord>
        </Fact>
        <Fact label={decision.status === "proposed" ? t("decision.expires") : t("decision.kind")}>
          {decision.status === "proposed" ? (
            <Age at={decision.expires_at} />
          ) : (
            kindName(decision.kind, t)
          )}
        </Fact>
      </dl>
      {decision.prediction && <Interval prediction={decision.prediction} />}
      {decision.effect && <EffectPart effect={decision.effect} />}
      <Actions decision={decision} />
      <Why decision={decision} />
    </>
  );
}

/** An alert says what was found in the reader's words; every other reason is in English. */
function Rationale({ decision }: { decision: DecisionDetail }) {
  const { t } = useTranslation();
  const { title, remedy } = decision.said;
  const isSaid = title !== undefined && remedy !== undefined;
  return (
    <p
      lang={isSaid ? undefined : "en"}
      className="mt-2 max-w-[72ch] text-body text-muted max-md:mt-4"
    >
      {isSaid
        ? `${said(title, decision.subject.title, t)}. ${said(remedy, String(decision.arguments.remedy), t)}`
        : decision.rationale}
    </p>
  );
}

/** What it did, or when that will be known. */
function EffectPart({ effect }: { effect: Effect }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t("effects.outcome")} className="mt-4">
      <h3 className="mb-1 flex flex-wrap items-baseline gap-x-3 text-lead">
        {t("effects.outcome")}
        <span className="text-meta text-muted">
          <Verdict effect={effect} />
        </span>
      </h3>
      <Outcome effect={effect} />
      <p className="mt-1 max-w-[72ch] text-meta text-muted">
        <Ground effect={effect} />
      </p>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-meta text-muted">{label}</dt>
      <dd className="mt-0.5">{children}</dd>
    </div>
  );
}
