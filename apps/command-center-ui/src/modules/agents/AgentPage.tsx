/** One agent: run it, pause it, how far it may go, when it runs, what waits of it. */
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { FlaskConical, OctagonX, Pause, Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useAgent } from "@/api/agent";
import { useRunAgent } from "@/api/agent-run";
import { useAgentStatus } from "@/api/agent-status";
import { useDecisions } from "@/api/decisions";
import { useRecords } from "@/api/effects";
import { asProblem } from "@/api/problem";
import { useRuns } from "@/api/runs";
import { useMay, useSession } from "@/api/session";
import { useStop } from "@/api/stop";
import type { Agent } from "@/api/types";
import { useCommands } from "@/commands/registry";
import { DecisionLine } from "@/decision/DecisionLine";
import { RecordCard } from "@/effects/RecordCard";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { HEALTH_TONE } from "@/ui/health";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Note } from "@/ui/states";
import { Tag, ToneWord } from "@/ui/Tone";
import { sayDone, sayFailed } from "@/ui/toast";
import { RunRow } from "@/work/RunRow";
import { AutonomyDial } from "./AutonomyDial";
import { ScheduleCard } from "./ScheduleCard";

export default function AgentPage() {
  const { agentId = "" } = useParams({ strict: false }) as { agentId?: string };
  const query = useAgent(agentId);
  return <QueryView query={query}>{(agent) => <Body agent={agent} />}</QueryView>;
}

function Body({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader
        title={agent.name}
        eyebrow={
          <ToneWord
            tone={agent.runnable ? HEALTH_TONE[agent.health] : "muted"}
            busy={agent.health === "running"}
          >
            {agent.runnable
              ? t(`health.${agent.health}`, { count: agent.waiting_decisions })
              : t("health.notRunnable")}
          </ToneWord>
        }
        aside={agent.runnable && <Controls agent={agent} />}
      />
      {!agent.runnable && (
        <Note tone="info">
          {t("agent.comes")}
          <details className="mt-1 text-meta text-muted">
            <summary className="cursor-pointer hover:text-fg">{t("agent.comesHow")}</summary>
            {agent.why_not_runnable}
          </details>
        </Note>
      )}
      <p className="mb-3 max-w-[80ch] text-muted">{agent.description}</p>
      <ul aria-label={t("agent.capabilities")} className="mb-4 flex flex-wrap gap-1.5">
        {agent.capabilities.map((capability) => (
          <li key={capability}>
            <Tag>
              {t(`capability.${capability}` as "capability.analytics", {
                defaultValue: capability,
              })}
            </Tag>
          </li>
        ))}
      </ul>
      {(agent.runnable || agent.last_run) && (
        <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]">
          <div className="grid min-w-0 grid-cols-1 gap-4">
            <WaitingCard agent={agent} />
            <Accuracy agent={agent} />
            <RunsCard agent={agent} />
          </div>
          <div className="grid min-w-0 grid-cols-1 gap-4">
            <AutonomyDial agent={agent} />
            <ScheduleCard agent={agent} />
          </div>
        </div>
      )}
    </>
  );
}

function Controls({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const run = useRunAgent(agent.id);
  const status = useAgentStatus(agent.id);
  const stop = useStop();
  const mayRun = useMay("agents:run");
  const mayConfigure = useMay("agents:configure");
  const mayStop = useMay("stop:write");
  const scope = `agent:${agent.id}`;
  const stopped = useSession().data?.stopped.includes(scope) ?? false;
  const paused = agent.status === "paused";

  const start = (dryRun: boolean) =>
    run.mutate(dryRun, {
      onSuccess: (started) => {
        sayDone(t(dryRun ? "agent.dryRunAsked" : "agent.runAsked", { name: agent.name }));
        void navigate({ to: "/runs/$runId", params: { runId: started.id } } as never);
      },
      onError: (error) => sayFailed(t("agent.runFailed"), asProblem(error)),
    });
  const failed = (error: unknown) => sayFailed(t("agent.changeFailed"), asProblem(error));
  const canRun = mayRun && !paused && !run.isPending;
  useCommands([
    {
      id: "agent.run",
      group: "act",
      label: `${t("agent.runNow")}: ${agent.name}`,
      keys: "n",
      run: () => canRun && start(false),
    },
  ]);
  return (
    <>
      <Button
        small
        variant="primary"
        shortcut="N"
        disabled={!canRun}
        icon={<Play size={16} aria-hidden="true" />}
        onClick={() => start(false)}
      >
        {t("agent.runNow")}
      </Button>
      <Button
        small
        disabled={!canRun}
        icon={<FlaskConical size={16} aria-hidden="true" />}
        onClick={() => start(true)}
      >
        {t("agent.dryRun")}
      </Button>
      <Button
        small
        disabled={!mayConfigure || status.isPending}
        icon={<Pause size={16} aria-hidden="true" />}
        onClick={() => status.mutate(paused ? "resume" : "pause", { onError: failed })}
      >
        {paused ? t("agent.resume") : t("agent.pause")}
      </Button>
      <Button
        small
        variant="danger"
        disabled={!mayStop || stopped || stop.isPending}
        icon={<OctagonX size={16} aria-hidden="true" />}
        onClick={() => stop.mutate({ scope, reason: t("stop.reason") }, { onError: failed })}
      >
        {stopped ? t("stop.stopped") : t("agent.stop")}
      </Button>
    </>
  );
}

function WaitingCard({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const query = useDecisions({ status: "proposed", agent: agent.id, order: "stake", limit: 8 });
  return (
    <Card title={t("agent.waiting")}>
      <QueryView
        query={query}
        isEmpty={(page) => page.data.length === 0}
        empty={{ title: t("agent.noneWaiting") }}
      >
        {(page) => (
          <ul className="divide-y divide-line">
            {page.data.map((decision) => (
              <li key={decision.id}>
                <DecisionLine decision={decision} />
              </li>
            ))}
          </ul>
        )}
      </QueryView>
    </Card>
  );
}

/** How its own past predictions came out. */
function Accuracy({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const query = useRecords(agent.id);
  return (
    <section aria-label={t("effects.accuracy")}>
      <div className="mb-2 flex items-baseline justify-between gap-3">
        <h2 className="text-lead">{t("effects.accuracy")}</h2>
        <Link
          to="/effects"
          search={{ agent: agent.id } as never}
          className="text-dense text-accent underline underline-offset-2 max-md:py-3"
        >
          {t("effects.accuracyAll")}
        </Link>
      </div>
      <QueryView
        query={query}
        isEmpty={(records) => records.data.length === 0}
        empty={{ title: t("effects.emptyTitle"), body: t("effects.emptyBody") }}
      >
        {(records) => (
          <div className="grid grid-cols-1 gap-4">
            {records.data.map((record) => (
              <RecordCard key={record.kind} record={record} />
            ))}
          </div>
        )}
      </QueryView>
    </section>
  );
}

function RunsCard({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const query = useRuns({ agent: agent.id, limit: 15 });
  return (
    <Card title={t("agent.runs")}>
      <QueryView
        query={query}
        isEmpty={(page) => page.data.length === 0}
        empty={{ title: t("agent.noRuns") }}
      >
        {(page) => (
          <ul className="divide-y divide-line">
            {page.data.map((run) => (
              <li key={run.id}>
                <RunRow run={run} />
              </li>
            ))}
          </ul>
        )}
      </QueryView>
    </Card>
  );
}
