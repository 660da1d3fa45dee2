/** One run in a list. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Run } from "@/api/types";
import { RUN_TONE } from "@/ui/health";
import { Age } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";

/** `agent` is named where the runs of several stand together. */
export function RunRow({ run, agent }: { run: Run; agent?: string | undefined }) {
  const { t } = useTranslation();
  return (
    <Link
      to="/runs/$runId"
      params={{ runId: run.id } as never}
      className="motion-hover row-h -mx-2 grid grid-cols-[6.5rem_minmax(0,1fr)_auto] items-center gap-3 rounded-row px-2 py-1 text-dense hover:bg-raised"
    >
      <ToneWord tone={RUN_TONE[run.status]} busy={run.status === "running"}>
        {t(`runStatus.${run.status}`)}
      </ToneWord>
      <span className="min-w-0 truncate text-muted">
        {agent && <span className="text-fg">{agent} · </span>}
        {run.dry_run && `${t("run.dryRun")} · `}
        {run.error ?? run.headline ?? t("agent.decisions", { count: run.decisions })}
      </span>
      <span className="text-meta text-muted">
        <Age at={run.started_at ?? run.requested_at} />
      </span>
    </Link>
  );
}
