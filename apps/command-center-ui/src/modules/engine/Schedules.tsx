/** When agents run by themselves: next and last time, what is late; run now, pause. */
import { Link } from "@tanstack/react-router";
import { Pause, Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useRunAgent } from "@/api/agent-run";
import { useAgentStatus } from "@/api/agent-status";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import type { ScheduledAgent } from "@/api/types";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/states";
import { Moment } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";
import { sayDone, sayFailed } from "@/ui/toast";

export function Schedules({ schedules }: { schedules: ScheduledAgent[] }) {
  const { t } = useTranslation();
  return (
    <Card title={t("engine.schedules")}>
      {schedules.length === 0 && (
        <Empty title={t("engine.noSchedules")} body={t("engine.noSchedulesHow")} />
      )}
      <ul className="divide-y divide-line">
        {schedules.map((schedule) => (
          <Row key={schedule.agent_id} schedule={schedule} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ schedule }: { schedule: ScheduledAgent }) {
  const { t } = useTranslation();
  return (
    <li className="flex flex-wrap items-center gap-x-5 gap-y-2 py-2 text-dense">
      <span className="min-w-0 flex-1 basis-48">
        <Link
          to="/agents/$agentId"
          params={{ agentId: schedule.agent_id } as never}
          className="hover:text-accent"
        >
          {schedule.name}
        </Link>
        <span className="block font-mono text-meta text-muted">{schedule.cron}</span>
      </span>
      <State schedule={schedule} />
      <span className="text-meta text-muted">
        {t("agent.next")}{" "}
        {schedule.next_due_at ? <Moment at={schedule.next_due_at} /> : t("run.none")}
        <span className="block">
          {t("agent.last")}{" "}
          {schedule.last_fired_at ? <Moment at={schedule.last_fired_at} /> : t("agent.never")}
        </span>
      </span>
      {schedule.runnable && <Actions schedule={schedule} />}
    </li>
  );
}

function State({ schedule }: { schedule: ScheduledAgent }) {
  const { t } = useTranslation();
  if (!schedule.runnable) return <ToneWord tone="muted">{t("health.notRunnable")}</ToneWord>;
  if (schedule.paused) return <ToneWord tone="warn">{t("agent.paused")}</ToneWord>;
  if (schedule.late) return <ToneWord tone="bad">{t("engine.late")}</ToneWord>;
  return <ToneWord tone="ok">{t("engine.onTime")}</ToneWord>;
}

function Actions({ schedule: { agent_id: id, name, paused } }: { schedule: ScheduledAgent }) {
  const { t } = useTranslation();
  const run = useRunAgent(id);
  const status = useAgentStatus(id);
  const mayRun = useMay("agents:run");
  const mayConfigure = useMay("agents:configure");
  return (
    <span className="flex gap-2">
      <Button
        small
        aria-label={t("engine.runNow", { name })}
        disabled={!mayRun || paused || run.isPending}
        icon={<Play size={16} aria-hidden="true" />}
        onClick={() =>
          run.mutate(false, {
            onSuccess: () => sayDone(t("agent.runAsked", { name })),
            onError: (error) => sayFailed(t("agent.runFailed"), asProblem(error)),
          })
        }
      >
        {t("agent.runNow")}
      </Button>
      <Button
        small
        variant="plain"
        aria-label={t(paused ? "engine.resume" : "engine.pause", { name })}
        disabled={!mayConfigure || status.isPending}
        icon={<Pause size={16} aria-hidden="true" />}
        onClick={() =>
          status.mutate(paused ? "resume" : "pause", {
            onError: (error) => sayFailed(t("agent.changeFailed"), asProblem(error)),
          })
        }
      >
        {t(paused ? "agent.resume" : "agent.pause")}
      </Button>
    </span>
  );
}
