/** Connections and settings: outside systems, how far the sync is, and how this screen looks. */
import { RefreshCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSyncConnection } from "@/api/connection-sync";
import { useConnections } from "@/api/connections";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import type { Connection } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Meter } from "@/ui/Meter";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Age } from "@/ui/Time";
import { type Tone, ToneWord } from "@/ui/Tone";
import { sayDone, sayFailed } from "@/ui/toast";
import { GivenUp } from "@/work/GivenUp";
import { PrivacyRequests } from "./PrivacyRequests";
import { Settings } from "./Settings";
import { StoreCard } from "./StoreCard";
import { WebhookLog } from "./WebhookLog";

const WEBHOOK_WORK = ["handle_webhook", "take_in_webhooks"];

const TONE: Record<Connection["state"], Tone> = {
  connected: "ok",
  degraded: "warn",
  disconnected: "bad",
  not_configured: "muted",
};

export default function Connections() {
  const { t } = useTranslation();
  const query = useConnections();
  return (
    <>
      <PageHeader title={t("nav.connections")} />
      <GivenUp kinds={WEBHOOK_WORK} />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.7fr)_minmax(0,1fr)]">
        <div className="grid min-w-0 gap-4">
          <Card title={t("connections.systems")}>
            <QueryView
              query={query}
              isEmpty={(connections) => connections.data.length === 0}
              empty={{ title: t("connections.emptyTitle") }}
            >
              {(connections) => (
                <ul className="divide-y divide-line">
                  {connections.data.map((connection) => (
                    <li key={connection.id} className="py-3 first:pt-0 last:pb-0">
                      <System connection={connection} />
                    </li>
                  ))}
                </ul>
              )}
            </QueryView>
          </Card>
          <StoreCard />
          <WebhookLog />
          <PrivacyRequests />
        </div>
        <Settings />
      </div>
    </>
  );
}

function System({ connection }: { connection: Connection }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="font-sans text-body font-medium">{connection.name}</h3>
        <ToneWord tone={TONE[connection.state]} className="text-dense text-muted">
          {t(`connections.state.${connection.state}`)}
        </ToneWord>
      </div>
      <p className="mt-0.5 text-dense text-muted">{connection.detail}</p>
      {connection.remedy && (
        <p className="mt-1 text-dense">
          <span className="text-muted">{t("connections.remedy")}:</span> {connection.remedy}
        </p>
      )}
      {connection.sync && <Sync id={connection.id} sync={connection.sync} />}
    </>
  );
}

function Sync({ id, sync }: { id: string; sync: NonNullable<Connection["sync"]> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const ask = useSyncConnection();
  const may = useMay("agents:run");
  const busy = sync.phase === "first" || sync.phase === "incremental";
  const expected = sync.orders_expected;
  const share = expected ? Math.min(sync.orders / expected, 1) : null;
  return (
    <div className="mt-3 rounded-row border border-line bg-raised p-3">
      <div className="flex flex-wrap items-center justify-between gap-3 text-dense">
        <ToneWord tone={sync.phase === "failed" ? "bad" : busy ? "info" : "ok"} busy={busy}>
          {t("connections.sync")}: {t(`connections.phase.${sync.phase}`)}
        </ToneWord>
        <span className="text-meta text-muted">
          {t("connections.lastSuccess")}{" "}
          {sync.last_success_at ? <Age at={sync.last_success_at} /> : t("connections.never")}
        </span>
        {may && (
          <Button
            small
            disabled={busy || ask.isPending}
            icon={<RefreshCw size={16} aria-hidden="true" />}
            onClick={() =>
              ask.mutate(id, {
                onSuccess: () => sayDone(t("connections.syncAsked")),
                onError: (error) => sayFailed(t("connections.syncFailed"), asProblem(error)),
              })
            }
          >
            {t("connections.syncNow")}
          </Button>
        )}
      </div>
      {sync.phase === "first" && share !== null && (
        <Meter label={t("connections.sync")} share={share} />
      )}
      <dl className="mt-3 grid grid-cols-3 gap-3 text-dense">
        <Count label={t("connections.products")} value={format.count(sync.products)} />
        <Count
          label={t("connections.orders")}
          value={
            expected && sync.phase === "first"
              ? t("connections.of", {
                  value: format.count(sync.orders),
                  total: format.count(expected),
                })
              : format.count(sync.orders)
          }
        />
        <Count label={t("connections.customers")} value={format.count(sync.customers)} />
      </dl>
      {sync.error && <p className="mt-2 text-dense text-bad">{sync.error}</p>}
    </div>
  );
}

function Count({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt className="text-meta text-muted">{label}</dt>
      <dd className="tabular-nums">{value}</dd>
    </div>
  );
}
