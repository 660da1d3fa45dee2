/** How far the agent may go, per kind of decision. */
import { useTranslation } from "react-i18next";
import { usePatchAgent } from "@/api/agent-patch";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import type { Agent, AutonomyLevel } from "@/api/types";
import { kindName } from "@/decision/words";
import { Card } from "@/ui/Card";
import { Segmented } from "@/ui/fields";
import { sayDone, sayFailed } from "@/ui/toast";

const LEVELS: AutonomyLevel[] = ["observe", "propose", "auto"];

export function AutonomyDial({ agent }: { agent: Agent }) {
  const { t } = useTranslation();
  const patch = usePatchAgent(agent.id);
  const may = useMay("agents:configure");
  if (agent.autonomy.length === 0) return null;
  return (
    <Card title={t("agent.autonomy")}>
      <p className="mb-3 text-dense text-muted">{t("agent.autonomyBody")}</p>
      <ul className="space-y-3">
        {agent.autonomy.map(({ kind, level }) => (
          <li key={kind} className="flex flex-wrap items-center justify-between gap-2">
            <span>{kindName(kind, t)}</span>
            <Segmented<AutonomyLevel>
              label={`${t("agent.autonomy")}: ${kindName(kind, t)}`}
              value={level}
              disabled={!may || patch.isPending}
              onChange={(next) =>
                patch.mutate(
                  { autonomy: [{ kind, level: next }] },
                  {
                    onSuccess: () => sayDone(t("agent.changed")),
                    onError: (error) => sayFailed(t("agent.changeFailed"), asProblem(error)),
                  },
                )
              }
              options={LEVELS.map((value) => ({ value, label: t(`agent.level.${value}`) }))}
            />
          </li>
        ))}
      </ul>
    </Card>
  );
}
