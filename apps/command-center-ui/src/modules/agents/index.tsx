/** The seven agents: how each stands, what waits of it, what it did last. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAgents } from "@/api/agents";
import type { Agent } from "@/api/types";
import { cx } from "@/ui/cx";
import { HEALTH_TONE } from "@/ui/health";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Age, Moment } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";
import { GivenUp } from "@/work/GivenUp";
import { ModelBudget } from "./ModelBudget";

export default function Agents() {
  const { t } = useTranslation();
  const query = useAgents();
  return (
    <>
      <PageHeader
        title={t("nav.agents")}
        aside={
          <Link to="/engine" className="text-accent underline underline-offset-2">
            {t("nav.engine")}
          </Link>
        }
      />
      <GivenUp />
      <ModelBudget />
      <QueryView
        query={query}
        isEmpty={(agents) => agents.data.length === 0}
        empty={{ title: t("agents.emptyTitle") }}
      >
        {(agents) => (
          <ul className="grid gap-3 md:grid-cols-2 xl:grid-cols-3">
            {[...agents.data]
              .sort((a, b) => Number(b.runnable) - Number(a.runnable))
              .map((agent) => (
                <li key={agent.id}>
                  <AgentCard agent={agent} />
                </li>
              ))}
          </ul>
        )}
      </QueryView>
    </>
  );
}

function AgentCard({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const run = agent.last_run;
  return (
    <Link
      to="/agents/$agentId"
      params={{ agentId: agent.id } as never}
      className={cx(
        "motion-hover flex h-full flex-col rounded-card border border-line bg-surface p-4 hover:border-line-strong",
        agent.runnable && "brass-rule",
      )}
    >
      <span className="flex items-baseline justify-between gap-3">
        <span className="display text-lead">{agent.name}</span>
        <ToneWord
          tone={agent.runnable ? HEALTH_TONE[agent.health] : "muted"}
          busy={agent.health === "running"}
          className="text-dense text-muted"
        >
          {agent.runnable
            ? t(`health.${agent.health}`, { count: agent.waiting_decisions })
            : t("health.notRunnable")}
        </ToneWord>
      </span>
      <span className="mt-1 line-clamp-2 text-dense text-muted">{agent.description}</span>
      <span className="mt-auto block pt-3 text-meta text-muted">
        {agent.runnable ? (
          <>
            {run ? (
              <>
                {t("agent.lastRun")} <Age at={run.finished_at ?? run.requested_at} />:{" "}
                {run.headline ?? t(`runStatus.${run.status}`)}
              </>
            ) : (
              t("agent.neverRan")
            )}
            {agent.schedule?.next_due_at && (
              <span className="block">
                {t("agent.next")} <Moment at={agent.schedule.next_due_at} />
              </span>
            )}
          </>
        ) : (
          t("agent.comes")
        )}
      </span>
    </Link>
  );
}
