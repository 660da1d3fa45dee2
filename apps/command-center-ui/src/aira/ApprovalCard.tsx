/** Something that waits for a person: what would change and why; only the button here confirms it. */
import { Link } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { Check, Undo2 } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { useConfirm } from "@/api/confirm";
import { useDecision } from "@/api/decision";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import type { Change, DecisionDetail } from "@/api/types";
import { Diff } from "@/decision/Diff";
import { Progress } from "@/decision/Progress";
import { useAct } from "@/decision/use-act";
import { canUndo, kindName } from "@/decision/words";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Age } from "@/ui/Time";
import { type Tone, ToneWord } from "@/ui/Tone";
import type { Approval } from "./protocol";

export function ApprovalCard({ approval }: { approval: Approval }) {
  const mayRead = useMay("decisions:read");
  const { decision_id: id } = approval;
  if (id && mayRead) return <DecisionCard approval={approval} id={id} />;
  return <Card approval={approval} decision={null} />;
}

/** A decision keeps changing after it was told: the card shows how it stands now. */
function DecisionCard({ approval, id }: { approval: Approval; id: string }) {
  return <Card approval={approval} decision={useDecision(id).data ?? null} />;
}

function Card({ approval, decision }: { approval: Approval; decision: DecisionDetail | null }) {
  const { t } = useTranslation();
  const title = useId();
  const status = decision?.status ?? (approval.decision_id ? "proposed" : null);
  return (
    <section
      aria-labelledby={title}
      data-decision={approval.decision_id}
      className="brass-rule rounded-card border border-line-strong bg-surface p-4"
    >
      <p className="caps text-accent">{actName(approval, t)}</p>
      <h3 id={title} className="mt-1 text-h3">
        {approval.title}
      </h3>
      {approval.rationale && <p className="mt-1 text-dense text-muted">{approval.rationale}</p>}
      <Diff changes={changesOf(approval, decision)} status={status ?? "proposed"} />
      <Hits approval={approval} />
      <Facts approval={approval} decision={decision} />
      {decision && <Progress decision={decision} />}
      <Act approval={approval} decision={decision} />
    </section>
  );
}

function actName(approval: Approval, t: TFunction): string {
  const act = t(`aira.act.${approval.action.replaceAll(".", "_")}` as "aira.act.approve", {
    defaultValue: approval.action.replaceAll(/[._]/g, " "),
  });
  return approval.kind ? `${act} · ${kindName(approval.kind, t)}` : act;
}

/** The decision's own lines once they are read: they also say what was written. */
function changesOf(approval: Approval, decision: DecisionDetail | null): Change[] {
  if (decision && approval.action !== "revert") return decision.changes;
  return approval.changes.map((change) => ({
    ...change,
    unit: change.unit ?? "",
  }));
}

const RULING: Record<string, Tone> = { allow: "ok", ask: "warn", deny: "bad" };

function Hits({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (approval.hits.length === 0) return null;
  return (
    <ul aria-label={t("why.rules")} className="mt-3 space-y-1 text-dense">
      {approval.hits.map((hit) => (
        <li key={hit.rule}>
          <ToneWord tone={RULING[hit.ruling] ?? "muted"}>
            {t(`ruling.${hit.ruling}` as "ruling.ask", { defaultValue: hit.ruling })}
          </ToneWord>{" "}
          <span className="text-muted">{hit.message}</span>
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
  );
}

function Facts({ approval, decision }: { approval: Approval; decision: DecisionDetail | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const waits = !decision || decision.status === "proposed";
  const undo = decision?.inverse.explanation ?? approval.undo;
  return (
    <dl className="mt-3 flex flex-wrap gap-x-6 gap-y-1 text-dense">
      {approval.money_at_stake && (
        <Fact label={t("decision.stake")}>{format.money(approval.money_at_stake)}</Fact>
      )}
      {approval.expires_at && waits && (
        <Fact label={t("decision.expires")}>
          <Age at={approval.expires_at} />
        </Fact>
      )}
      {undo && <Fact label={t("why.undo")}>{undo}</Fact>}
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap gap-x-2">
      <dt className="text-muted">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Act({ approval, decision }: { approval: Approval; decision: DecisionDetail | null }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const act = useAct();
  const mayDecide = useMay("decisions:decide");
  const waits = waitsFor(approval, decision) && !confirm.isSuccess;
  const problem = confirm.error ? asProblem(confirm.error) : null;
  const changed = waits && decision !== null && decision.argument_hash !== approval.argument_hash;
  const { confirm: request } = approval;
  return (
    <div className="mt-4 flex flex-wrap items-center gap-2">
      {waits && approval.allowed && request && !changed && (
        <Button
          variant={approval.action === "reject" ? "danger" : "primary"}
          disabled={confirm.isPending}
          icon={<Check size={16} aria-hidden="true" />}
          onClick={() => confirm.mutate(request)}
        >
          {t(`aira.confirm.${approval.action.replaceAll(".", "_")}` as "aira.confirm.approve", {
            defaultValue: t("aira.confirm.other"),
          })}
        </Button>
      )}
      {waits && !approval.allowed && (
        <p className="text-dense text-muted">{t("state.notAllowed")}</p>
      )}
      {!decision && confirm.isSuccess && (
        <p role="status" className="text-dense">
          <ToneWord tone="ok">{t("aira.confirmed")}</ToneWord>
        </p>
      )}
      {decision && approval.action === "approve" && mayDecide && canUndo(decision) && (
        <Button
          disabled={act.isPending}
          icon={<Undo2 size={16} aria-hidden="true" />}
          onClick={() => act.revert(decision.id)}
        >
          {t("decision.undo")}
        </Button>
      )}
      {approval.link && (
        <Link
          to={approval.link as never}
          className="text-dense text-accent underline underline-offset-2 max-md:py-3"
        >
          {t("aira.openDecision")}
        </Link>
      )}
      {changed && <p className="w-full text-dense text-warn">{t("aira.argumentsChanged")}</p>}
      {problem && (
        <p role="alert" className="w-full text-dense text-bad">
          {problem.status === 0 ? t("state.unreachable") : problem.message}
          {problem.remedy && <span className="block text-muted">{problem.remedy}</span>}
        </p>
      )}
    </div>
  );
}

/** Whether pressing the button can still do something. */
function waitsFor(approval: Approval, decision: DecisionDetail | null): boolean {
  if (!decision) return true;
  if (approval.action === "revert") return canUndo(decision);
  return decision.status === "proposed" && decision.ruling !== "deny";
}
