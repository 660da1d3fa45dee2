/** One run: its steps in time, what went in and came out, what it decided; live while it runs. */

import { useQueries } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Ban } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAgents } from "@/api/agents";
import { decisionQuery } from "@/api/decision";
import { asProblem } from "@/api/problem";
import { useRun } from "@/api/run";
import { useCancelRun } from "@/api/run-cancel";
import { useMay } from "@/api/session";
import type { RunDetail } from "@/api/types";
import { DecisionLine } from "@/decision/DecisionLine";
import { useFormat } from "@/format/use-format";
import { useMachineNow } from "@/live/store-clock";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { RUN_TONE } from "@/ui/health";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Failure } from "@/ui/states";
import { Moment } from "@/ui/Time";
import { Tag, ToneWord } from "@/ui/Tone";
import { sayDone, sayFailed } from "@/ui/toast";
import { Gantt } from "./Gantt";

const DECISIONS_SHOWN = 30;

export default function RunPage() {
  const { runId = "" } = useParams({ strict: false }) as { runId?: string };
  const query = useRun(runId);
  return <QueryView query={query}>{(run) => <Body run={run} />}</QueryView>;
}

function Body({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const agents = useAgents().data?.data ?? [];
  const name = agents.find((agent) => agent.id === run.agent_id)?.name ?? run.agent_id;
  const open = run.status === "queued" || run.status === "running" || run.status === "waiting";
  return (
    <>
      <PageHeader
        title={t("run.title", { name })}
        eyebrow={
          <span className="inline-flex items-center gap-3" data-run-status={run.status}>
            <ToneWord tone={RUN_TONE[run.status]} busy={run.status === "running"}>
              {t(`runStatus.${run.status}`)}
            </ToneWord>
            {run.dry_run && <Tag tone="info">{t("run.dryRun")}</Tag>}
          </span>
        }
        aside={
          <>
            <Link
              to="/agents/$agentId"
              params={{ agentId: run.agent_id } as never}
              className="text-accent underline underline-offset-2"
            >
              {name}
            </Link>
            {open && <Cancel id={run.id} />}
          </>
        }
      />
      {run.headline && <p className="mb-4 max-w-[80ch] text-lead">{run.headline}</p>}
      {run.error && (
        <div className="mb-4 rounded-row border border-bad">
          <Failure error={new Error(run.error)} />
        </div>
      )}
      <Facts run={run} />
      <Card title={t("run.steps")} className="mb-4">
        {run.steps.length === 0 ? (
          <p className="text-dense text-muted">
            {open ? t("run.waitingForWorker") : t("run.noSteps")}
          </p>
        ) : (
          <Gantt run={run} />
        )}
      </Card>
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]">
        <Decisions ids={run.decision_ids} />
        <div className="grid gap-4">
          <Sights title={t("run.lookedAt")} items={run.looked_at} />
          <Sights title={t("run.couldNotSee")} items={run.could_not_see} />
          {run.result && (
            <Card title={t("run.result")}>
              <pre className="max-h-80 overflow-auto font-mono text-meta whitespace-pre-wrap">
                {JSON.stringify(run.result, null, 2)}
              </pre>
            </Card>
          )}
        </div>
      </div>
    </>
  );
}

function Cancel({ id }: { id: string }) {
  const { t } = useTranslation();
  const cancel = useCancelRun(id);
  const may = useMay("agents:run");
  return (
    <Button
      small
      disabled={!may || cancel.isPending}
      icon={<Ban size={16} aria-hidden="true" />}
      onClick={() =>
        cancel.mutate(undefined, {
          onSuccess: () => sayDone(t("run.cancelled")),
          onError: (error) => sayFailed(t("run.cancelFailed"), asProblem(error)),
        })
      }
    >
      {t("run.cancel")}
    </Button>
  );
}

function Facts({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useMachineNow();
  const took = run.working_from
    ? (run.working_until ? Date.parse(run.working_until) : now) - Date.parse(run.working_from)
    : null;
  return (
    <dl className="mb-4 flex flex-wrap gap-x-7 gap-y-2 text-dense">
      <Fact label={t("run.trigger")}>
        {t(`trigger.${run.trigger.replaceAll(/[. ]/g, "_")}` as "trigger.event", {
          defaultValue: run.trigger,
        })}
      </Fact>
      <Fact label={t("run.requested")}>
        <Moment at={run.requested_at} />
      </Fact>
      <Fact label={t("run.started")}>
        {run.started_at ? <Moment at={run.started_at} /> : t("run.none")}
      </Fact>
      <Fact label={t("run.took")}>{took === null ? t("run.none") : format.duration(took)}</Fact>
      <Fact label={t("run.decisions")}>{format.count(run.decision_ids.length)}</Fact>
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-meta text-muted">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Sights({ title, items }: { title: string; items: string[] }) {
  if (items.length === 0) return null;
  return (
    <Card title={title}>
      <ul className="list-disc space-y-1 pl-4 text-dense text-muted marker:text-line-strong">
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </Card>
  );
}

function Decisions({ ids }: { ids: string[] }) {
  const { t } = useTranslation();
  const found = useQueries({
    queries: ids.slice(0, DECISIONS_SHOWN).map((id) => decisionQuery(id)),
  });
  const decisions = found.flatMap((query) => (query.data ? [query.data] : []));
  return (
    <Card title={t("run.decisions")}>
      {ids.length === 0 && <p className="text-dense text-muted">{t("run.noDecisions")}</p>}
      <ul className="divide-y divide-line">
        {decisions.map((decision) => (
          <li key={decision.id}>
            <DecisionLine decision={decision} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
