/** When the agent runs by itself, in the store's own time. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePatchAgent } from "@/api/agent-patch";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import type { Agent } from "@/api/types";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Moment } from "@/ui/Time";
import { sayDone, sayFailed } from "@/ui/toast";

export function ScheduleCard({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const patch = usePatchAgent(agent.id);
  const may = useMay("agents:configure");
  const current = agent.schedule?.cron ?? "";
  const [cron, setCron] = useState(current);
  useEffect(() => setCron(current), [current]);
  const save = () =>
    patch.mutate(
      { cron: cron.trim() },
      {
        onSuccess: () => sayDone(t("agent.changed")),
        onError: (error) => sayFailed(t("agent.changeFailed"), asProblem(error)),
      },
    );
  return (
    <Card title={t("agent.schedule")}>
      {agent.schedule ? (
        <dl className="mb-3 grid grid-cols-2 gap-3 text-dense">
          <div>
            <dt className="text-meta text-muted">{t("agent.next")}</dt>
            <dd>{agent.schedule.next_due_at ? <Moment at={agent.schedule.next_due_at} /> : "–"}</dd>
          </div>
          <div>
            <dt className="text-meta text-muted">{t("agent.last")}</dt>
            <dd>
              {agent.schedule.last_fired_at ? (
                <Moment at={agent.schedule.last_fired_at} />
              ) : (
                t("agent.never")
              )}
            </dd>
          </div>
        </dl>
      ) : (
        <p className="mb-3 text-dense text-muted">{t("agent.noSchedule")}</p>
      )}
      {agent.runnable && (
        <form
          className="flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <label className="min-w-0 flex-1 text-dense">
            {t("agent.cron")}
            <input
              value={cron}
              disabled={!may}
              spellCheck={false}
              autoComplete="off"
              placeholder="0 6 * * *"
              onChange={(event) => setCron(event.target.value)}
              className="mt-1 h-9 w-full rounded-control border border-line-strong bg-surface px-2 font-mono text-dense disabled:opacity-60 max-md:h-11"
            />
          </label>
          <Button type="submit" small disabled={!may || cron.trim() === current || patch.isPending}>
            {t("state.save")}
          </Button>
        </form>
      )}
    </Card>
  );
}
