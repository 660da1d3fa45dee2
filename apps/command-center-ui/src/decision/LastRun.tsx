/** Nothing was proposed: the last run tells what it looked at and what it could not see. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAgents } from "@/api/agents";

export function LastRun() {
  const { t } = useTranslation();
  const runs = (useAgents().data?.data ?? []).flatMap((agent) => agent.last_run ?? []);
  const last = runs.sort((a, b) => Date.parse(b.requested_at) - Date.parse(a.requested_at))[0];
  if (!last) return null;
  return (
    <Link
      to="/runs/$runId"
      params={{ runId: last.id } as never}
      className="text-dense text-accent underline underline-offset-2"
    >
      {t("decision.lastRun")}
    </Link>
  );
}
