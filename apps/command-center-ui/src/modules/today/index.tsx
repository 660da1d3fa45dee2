/** Today: the figures, what is coming, who is at work, what waits, what happened. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAgents } from "@/api/agents";
import { useConnections } from "@/api/connections";
import { useWaiting } from "@/api/decisions";
import { useForecast } from "@/api/forecast";
import { useSession } from "@/api/session";
import type { Connection } from "@/api/types";
import { Court } from "@/charts/Court";
import { Forecast, ForecastLegend } from "@/charts/Forecast";
import { DecisionLine } from "@/decision/DecisionLine";
import { LastRun } from "@/decision/LastRun";
import { useFormat } from "@/format/use-format";
import { useStoreNow } from "@/live/store-clock";
import { Card } from "@/ui/Card";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { Skeleton } from "@/ui/states";
import { Figures } from "./Figures";
import { FirstRead } from "./FirstRead";
import { Onboarding } from "./Onboarding";
import { RecentActivity } from "./RecentActivity";

const SHOWN = 5;

export default function Today() {
  const { t } = useTranslation();
  const format = useFormat();
  const now = new Date(useStoreNow()).toISOString();
  const session = useSession().data;
  const store = session?.store;
  const part = partOfDay(format.hour(now));
  const { reading, partial } = useFirstSync();
  return (
    <>
      <PageHeader
        // The store's own name is among the first things read; until then it is an address.
        title={
          reading
            ? t("today.welcome")
            : t(`today.${part}`, { name: store?.name ?? session?.name ?? "" })
        }
        eyebrow={format.day(now)}
        aside={<Standing />}
      />
      <Onboarding />
      {reading ? <FirstRead sync={reading} /> : <Figures partial={partial} />}
      <div className="mt-4 grid grid-cols-1 gap-4 lg:grid-cols-[minmax(0,1.7fr)_minmax(0,1fr)]">
        {reading ? <WaitingCard /> : <DemandCard />}
        <CourtCard />
        {!reading && <WaitingCard />}
        <RecentActivity />
      </div>
    </>
  );
}

function partOfDay(hour: number): "morning" | "afternoon" | "evening" {
  if (hour >= 5 && hour < 12) return "morning";
  return hour >= 12 && hour < 18 ? "afternoon" : "evening";
}

/** Before the first complete reading there are no figures; while one is repeated they are partial. */
function useFirstSync(): { reading: Connection["sync"]; partial: string | null } {
  const { t } = useTranslation();
  const format = useFormat();
  const sync = useConnections().data?.data.find((connection) => connection.sync)?.sync;
  if (!sync) return { reading: null, partial: null };
  if (!sync.last_success_at) return { reading: sync, partial: null };
  const again = sync.phase === "first" || sync.phase === "waiting";
  return {
    reading: null,
    partial: again ? t("today.partial", { orders: format.count(sync.orders) }) : null,
  };
}

function Standing() {
  const { t } = useTranslation();
  const waiting = useWaiting(SHOWN).data?.total;
  const agents = useAgents().data?.data;
  if (waiting === undefined || !agents) return null;
  const runnable = agents.filter((agent) => agent.runnable && agent.status === "active");
  const failing = runnable.filter((agent) => agent.health === "failing").length;
  return (
    <span>
      {t("today.waiting", { count: waiting })} ·{" "}
      {failing > 0
        ? t("today.failing", { count: failing })
        : t("today.atWork", { count: runnable.length, total: agents.length })}
    </span>
  );
}

function DemandCard() {
  const { t } = useTranslation();
  const query = useForecast();
  return (
    <Card title={t("today.demand")} aside={<ForecastLegend />}>
      <QueryView
        query={query}
        skeleton={<Skeleton rows={5} />}
        isEmpty={(forecast) => forecast.points.length === 0}
        empty={{ title: t("forecast.none"), body: t("forecast.noneBody") }}
      >
        {(forecast) => (
          <>
            <Forecast forecast={forecast} label={t("today.demandLabel")} />
            <p className="mt-2 flex flex-wrap justify-between gap-2 text-caption text-muted">
              <span>
                {t("forecast.unit")}
                {forecast.method && ` · ${forecast.method}`}
              </span>
              <Source provenance={forecast.provenance} />
            </p>
          </>
        )}
      </QueryView>
    </Card>
  );
}

function CourtCard() {
  const { t } = useTranslation();
  const query = useAgents();
  return (
    <Card title={t("today.court")}>
      <QueryView
        query={query}
        isEmpty={(agents) => agents.data.length === 0}
        empty={{ title: t("agents.emptyTitle") }}
      >
        {(agents) => <Court agents={agents.data} />}
      </QueryView>
    </Card>
  );
}

function WaitingCard() {
  const { t } = useTranslation();
  const query = useWaiting(SHOWN);
  const total = query.data?.total ?? 0;
  return (
    <Card
      title={t("today.needsYou")}
      aside={
        total > 0 && (
          <Link to="/approvals" className="text-accent underline underline-offset-2">
            {t("today.all", { count: total })}
          </Link>
        )
      }
    >
      <QueryView
        query={query}
        isEmpty={(page) => page.data.length === 0}
        empty={{
          title: t("today.nothingWaits"),
          body: t("today.nothingWaitsBody"),
          action: <LastRun />,
        }}
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
