/** One flow: its mandate, its steps as a line of nodes with results, and what it changes. */
import { Link } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Flow, FlowStep } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Meter } from "@/ui/Meter";
import { Moment } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";
import { FlowEditor } from "./FlowEditor";

export function FlowCard({ flow }: { flow: Flow }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  return (
    <Card
      label={flow.name}
      title={flow.name}
      aside={<span>{t("marketing.version", { version: flow.version })}</span>}
    >
      <MandateLine flow={flow} />
      <Graph flow={flow} />
      <Effect flow={flow} />
      <div className="mt-3">
        <Button small onClick={() => setEditing(!editing)}>
          {t(editing ? "marketing.close" : "marketing.edit")}
        </Button>
      </div>
      {editing && <FlowEditor key={flow.version} flow={flow} onDone={() => setEditing(false)} />}
    </Card>
  );
}

function MandateLine({ flow }: { flow: Flow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { mandate } = flow;
  if (mandate) {
    const used = t("marketing.used", {
      used: format.count(mandate.used),
      total: format.count(mandate.total),
    });
    return (
      <div className="mb-3 text-dense">
        <span className="flex flex-wrap items-baseline justify-between gap-x-4">
          <ToneWord tone="ok">{t("marketing.inForce")}</ToneWord>
          <span className="text-meta text-muted">
            {t("marketing.until")} <Moment at={mandate.until} /> ·{" "}
            <Link
              to="/approvals/$decisionId"
              params={{ decisionId: mandate.decision_id }}
              search={{ status: "all" }}
              className="text-accent underline underline-offset-2"
            >
              {t("marketing.revoke")}
            </Link>
          </span>
        </span>
        <span className="mt-2 block text-meta text-muted">{used}</span>
        <Meter label={used} share={mandate.total ? mandate.used / mandate.total : 0} />
      </div>
    );
  }
  return (
    <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 text-dense">
      <ToneWord tone={flow.asked ? "warn" : "muted"}>
        {t(flow.asked ? "marketing.waits" : "marketing.noMandate")}
      </ToneWord>
      {flow.asked && (
        <Link
          to="/approvals/$decisionId"
          params={{ decisionId: flow.asked }}
          className="text-accent underline underline-offset-2"
        >
          {t("marketing.decide")}
        </Link>
      )}
    </div>
  );
}

function Graph({ flow }: { flow: Flow }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <ol
        className="flex flex-col gap-2 md:flex-row md:items-stretch"
        aria-label={t("marketing.steps")}
      >
        <Node title={t(`marketing.trigger.${flow.trigger}`)}>
          <span>
            {t("marketing.entered", { count: flow.entered, n: format.count(flow.entered) })}
          </span>
        </Node>
        {flow.steps.map((step) => (
          <StepNode key={step.id} step={step} />
        ))}
      </ol>
      <dl className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-meta text-muted">
        <Fact label={t("marketing.holdout")}>
          {t("marketing.watched", {
            n: format.count(flow.watched),
            share: flow.holdout_percent,
          })}
        </Fact>
        <Fact label={t("marketing.stopped")}>{format.count(flow.stopped)}</Fact>
        <Fact label={t("marketing.done")}>{format.count(flow.done)}</Fact>
        <Fact label={t("marketing.audience")}>{flow.audience ?? t("marketing.everybody")}</Fact>
      </dl>
    </>
  );
}

function StepNode({ step }: { step: FlowStep }) {
  const { t } = useTranslation();
  const wait = useWait();
  const format = useFormat();
  return (
    <>
      <li aria-hidden="true" className="flex items-center justify-center text-muted">
        <ArrowRight size={16} className="max-md:rotate-90" />
      </li>
      <Node title={t("marketing.after", { wait: wait(step.wait_seconds) })}>
        <span className="block font-mono text-meta break-all">{step.template}</span>
        <span className="block">
          {t("marketing.sent", { n: format.count(step.sent) })}
          {step.waiting > 0 && ` · ${t("marketing.waiting", { n: format.count(step.waiting) })}`}
        </span>
        {step.codes && (
          <span className="block">
            {t("marketing.codes", {
              made: format.count(step.codes.made),
              used: format.count(step.codes.redeemed),
              revenue: format.money(step.codes.revenue),
            })}
          </span>
        )}
      </Node>
    </>
  );
}

function Node({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <li className="min-w-0 flex-1 rounded-row border border-line-strong bg-raised px-3 py-2 text-dense">
      <span className="block font-medium">{title}</span>
      <span className="block text-muted">{children}</span>
    </li>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex gap-1.5">
      <dt>{label}</dt>
      <dd className="text-fg">{children}</dd>
    </div>
  );
}

function Effect({ flow }: { flow: Flow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { lift } = flow;
  const arms = t("marketing.arms", {
    treated: format.count(lift.treated),
    holdout: format.count(lift.holdout),
    days: flow.horizon_days,
  });
  return (
    <p className="mt-3 border-t border-line pt-2 text-dense">
      <span className="text-muted">{t("marketing.lift")} </span>
      {lift.known && lift.estimate && lift.low && lift.high ? (
        <strong className="font-medium tabular-nums">
          {t("marketing.perCustomer", {
            estimate: format.money(lift.estimate),
            low: format.money(lift.low),
            high: format.money(lift.high),
          })}
        </strong>
      ) : (
        <ToneWord tone="muted">{t("marketing.notYetKnown")}</ToneWord>
      )}
      <span className="block text-meta text-muted">{arms}</span>
    </p>
  );
}

/** How long a step waits, in the largest unit that says it exactly enough. */
function useWait(): (seconds: number) => string {
  const { t } = useTranslation();
  return (seconds) => {
    const hours = seconds / 3600;
    if (hours < 1) return t("marketing.minutes", { count: Math.round(seconds / 60) });
    if (hours < 48 || hours % 24 !== 0) return t("marketing.hours", { count: Math.round(hours) });
    return t("marketing.days", { count: hours / 24 });
  };
}
