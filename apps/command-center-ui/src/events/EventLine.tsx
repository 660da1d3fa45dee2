/** One event on one line: when, who, what, about what. */
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useAgents } from "@/api/agents";
import type { EventRow } from "@/api/types";
import { said } from "@/decision/said";
import { Clock } from "@/ui/Time";
import { actorName, eventDetail, eventName, eventPhrase, eventTarget } from "./words";

export function useAgentNames(): ReadonlyMap<string, string> {
  const agents = useAgents().data?.data;
  return useMemo(() => new Map(agents?.map((agent) => [agent.id, agent.name])), [agents]);
}

export function EventLine({ event }: { event: EventRow }) {
  const { t } = useTranslation();
  const names = useAgentNames();
  const target = eventTarget(event);
  const told = eventDetail(event);
  const detail = told && said(eventPhrase(event), told, t);
  const text = (
    <>
      <span className="text-accent">{actorName(event.actor, names)}</span>{" "}
      <span>{eventName(event.type, t)}</span>
      {detail && <span className="text-muted"> · {names.get(detail) ?? detail}</span>}
    </>
  );
  return (
    <div className="grid grid-cols-[3rem_minmax(0,1fr)] gap-x-3 text-dense">
      <span className="pt-1 text-meta text-muted">
        <Clock at={event.occurred_at} />
      </span>
      {target ? (
        <Link
          to={target.to}
          params={target.params as never}
          className="motion-hover -mx-1 rounded-control px-1 py-0.5 hover:bg-raised"
        >
          {text}
        </Link>
      ) : (
        <span className="py-0.5">{text}</span>
      )}
    </div>
  );
}
