/** The court: the agents around the store, as they truly are; the flat form of the picture. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Agent } from "@/api/types";
import { cx } from "@/ui/cx";
import { HEALTH_TONE } from "@/ui/health";
import { TEXT, ToneDot } from "@/ui/Tone";

const CENTRE = { x: 200, y: 104 };
const ORBIT = { x: 146, y: 62 };
const START = Math.PI * 0.42;

interface Seat {
  agent: Agent;
  x: number;
  y: number;
  /** 0 at the back of the ring, 1 at the front. */
  depth: number;
}

function seatsOf(agents: Agent[]): Seat[] {
  return agents
    .map((agent, index) => {
      const angle = START + (index / agents.length) * 2 * Math.PI;
      return {
        agent,
        x: CENTRE.x + Math.cos(angle) * ORBIT.x,
        y: CENTRE.y + Math.sin(angle) * ORBIT.y,
        depth: (Math.sin(angle) + 1) / 2,
      };
    })
    .sort((a, b) => a.depth - b.depth);
}

export function Court({ agents }: { agents: Agent[] }) {
  const { t } = useTranslation();
  const seats = seatsOf(agents);
  const behind = seats.filter((seat) => seat.depth < 0.5);
  const before = seats.filter((seat) => seat.depth >= 0.5);
  return (
    <>
      <svg viewBox="0 0 400 208" className="w-full" aria-hidden="true">
        <ellipse
          cx={CENTRE.x}
          cy={CENTRE.y}
          rx={ORBIT.x}
          ry={ORBIT.y}
          fill="none"
          className="stroke-accent"
          strokeOpacity={0.55}
        />
        {seats.map((seat) => (
          <Flow key={seat.agent.id} seat={seat} />
        ))}
        {behind.map((seat) => (
          <Body key={seat.agent.id} seat={seat} />
        ))}
        <Store />
        {before.map((seat) => (
          <Body key={seat.agent.id} seat={seat} />
        ))}
      </svg>
      <ul className="mt-2 grid grid-cols-2 gap-x-4 gap-y-0.5 text-dense">
        {agents.map((agent) => (
          <li key={agent.id} className="min-w-0">
            <Link
              to="/agents/$agentId"
              params={{ agentId: agent.id } as never}
              className="motion-hover -mx-1 flex min-h-7 items-center gap-2 rounded-control px-1 hover:bg-raised max-md:min-h-11"
            >
              <ToneDot tone={HEALTH_TONE[agent.health]} busy={agent.health === "running"} />
              <span className="min-w-0 flex-1 leading-tight">{agent.name}</span>
              <span className="text-meta whitespace-nowrap text-muted">
                {agent.runnable
                  ? t(`health.${agent.health}`, { count: agent.waiting_decisions })
                  : t("health.notRunnable")}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The store in the middle: a faceted stone in brass. */
function Store() {
  const facets: [points: string, opacity: number][] = [
    ["0,-26 -20,-14 0,-6", 0.95],
    ["0,-26 20,-14 0,-6", 0.8],
    ["-20,-14 -24,8 0,-6", 0.75],
    ["20,-14 24,8 0,-6", 0.6],
    ["-24,8 -11,24 0,-6", 0.55],
    ["24,8 11,24 0,-6", 0.45],
    ["-11,24 11,24 0,-6", 0.38],
  ];
  return (
    <g transform={`translate(${CENTRE.x} ${CENTRE.y})`}>
      <polygon points="0,-26 20,-14 24,8 11,24 -11,24 -24,8 -20,-14" className="fill-surface" />
      {facets.map(([points, opacity]) => (
        <polygon key={points} points={points} className="fill-accent" fillOpacity={opacity} />
      ))}
    </g>
  );
}

/** A line to the store: moving while the agent runs, standing while its decisions wait. */
function Flow({ seat }: { seat: Seat }) {
  const { agent } = seat;
  const running = agent.health === "running";
  if (!running && agent.waiting_decisions === 0) return null;
  return (
    <line
      x1={seat.x}
      y1={seat.y}
      x2={CENTRE.x}
      y2={CENTRE.y}
      className={cx(running ? "animate-sweep stroke-info" : "stroke-accent")}
      strokeDasharray={running ? "6 6" : "2 4"}
      strokeWidth={1.25}
    />
  );
}

function Body({ seat }: { seat: Seat }) {
  const { agent } = seat;
  const radius = 6 + seat.depth * 8;
  const quiet = !agent.runnable || agent.health === "idle" || agent.health === "paused";
  return (
    <g className={TEXT[HEALTH_TONE[agent.health]]}>
      <circle cx={seat.x} cy={seat.y} r={radius + 2} className="fill-surface" />
      <circle
        cx={seat.x}
        cy={seat.y}
        r={radius}
        fill="currentColor"
        fillOpacity={quiet ? 0.12 : 0.85}
        stroke="currentColor"
        strokeWidth={1.25}
        strokeDasharray={agent.runnable ? undefined : "3 3"}
      />
      {!quiet && (
        <ellipse
          cx={seat.x - radius * 0.3}
          cy={seat.y - radius * 0.38}
          rx={radius * 0.32}
          ry={radius * 0.2}
          fill="#ffffff"
          fillOpacity={0.4}
        />
      )}
      {agent.waiting_decisions > 0 && (
        <g>
          <circle
            cx={seat.x + radius * 0.9}
            cy={seat.y - radius * 0.9}
            r={9}
            className="fill-accent"
          />
          <text
            x={seat.x + radius * 0.9}
            y={seat.y - radius * 0.9 + 3.8}
            textAnchor="middle"
            fontSize={11}
            className="fill-on-accent font-medium"
          >
            {agent.waiting_decisions}
          </text>
        </g>
      )}
    </g>
  );
}
