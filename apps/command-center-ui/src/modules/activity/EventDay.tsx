/** One day of the audit log. */
import { Link } from "@tanstack/react-router";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDecision } from "@/api/decision";
import { useMay } from "@/api/session";
import type { EventRow } from "@/api/types";
import { useAct } from "@/decision/use-act";
import { canUndo } from "@/decision/words";
import { useAgentNames } from "@/events/EventLine";
import { actorName, eventDetail, eventName, eventTarget } from "@/events/words";
import { Button } from "@/ui/Button";
import { Clock, Moment } from "@/ui/Time";
import { Shown } from "./Shown";

interface EventDayProps {
  day: string;
  events: EventRow[];
  onSubject: (subject: string) => void;
}

export function EventDay({ day, events, onSubject }: EventDayProps) {
  return (
    <section aria-label={day} className="mb-5">
      <h2 className="caps mb-2 font-sans font-medium text-muted">{day}</h2>
      <ol className="rounded-card border border-line bg-surface">
        {events.map((event) => (
          <Row key={event.seq} event={event} onSubject={onSubject} />
        ))}
      </ol>
    </section>
  );
}

function Row({ event, onSubject }: { event: EventRow; onSubject: (subject: string) => void }) {
  const { t } = useTranslation();
  const names = useAgentNames();
  const [open, setOpen] = useState(false);
  const target = eventTarget(event);
  const detail = eventDetail(event);
  const named = detail ? (names.get(detail) ?? detail) : null;
  return (
    <li className="border-b border-line px-4 py-1 last:border-b-0">
      <div className="row-h flex flex-wrap items-center gap-x-4 gap-y-1 text-dense">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="motion-hover flex min-w-0 flex-1 items-baseline gap-4 rounded-control py-1 text-left hover:text-accent max-md:min-h-11"
        >
          <span className="w-12 shrink-0 text-meta text-muted">
            <Clock at={event.occurred_at} />
          </span>
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <span className="text-accent">{actorName(event.actor, names)}</span>{" "}
            {eventName(event.type, t)}
            {named && <span className="text-muted"> · {named}</span>}
          </span>
        </button>
        {event.type === "decision.executed" && <Undo event={event} />}
        {target && (
          <Link
            to={target.to}
            params={target.params as never}
            className="text-meta text-accent underline underline-offset-2"
          >
            {t("agent.open")}
          </Link>
        )}
      </div>
      {open && (
        <div className="mb-2 rounded-row border border-line bg-raised p-3 text-meta">
          <p className="flex flex-wrap gap-x-5 gap-y-1 text-muted">
            <span>
              {t("activity.seq")} {event.seq}
            </span>
            <span className="font-mono">{event.type}</span>
            <button
              type="button"
              className="font-mono text-accent underline underline-offset-2"
              onClick={() => onSubject(event.subject)}
            >
              {event.subject}
            </button>
            <span>
              {t("activity.recorded")} <Moment at={event.recorded_at} />
            </span>
          </p>
          <pre className="mt-2 max-h-72 overflow-auto font-mono whitespace-pre-wrap break-words">
            {JSON.stringify(event.payload, null, 2)}
          </pre>
          {event.type === "model.asked" && <Shown callId={event.subject} />}
          <p className="mt-2 font-mono text-caption break-all text-muted">
            {t("activity.hash")} {event.hash}
          </p>
        </div>
      )}
    </li>
  );
}

/** Offered only while the change is still in force; the decision itself knows. */
function Undo({ event }: { event: EventRow }) {
  const { t } = useTranslation();
  const act = useAct();
  const may = useMay("decisions:decide");
  const id = eventTarget(event)?.params.decisionId ?? "";
  const decision = useDecision(id).data;
  if (!decision || !canUndo(decision)) return null;
  return (
    <Button
      small
      disabled={!may || act.isPending}
      icon={<Undo2 size={16} aria-hidden="true" />}
      onClick={() => act.revert(decision.id)}
    >
      {t("decision.undo")}
    </Button>
  );
}
