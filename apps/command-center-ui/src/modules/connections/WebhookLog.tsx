/** Webhooks as they arrived, newest first, each to be replayed. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import { useStoreConnection } from "@/api/store-connection";
import type { Webhook } from "@/api/types";
import { useReplayWebhook, useWebhooks, type WebhookState } from "@/api/webhooks";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Select } from "@/ui/fields";
import { QueryView } from "@/ui/QueryView";
import { Moment } from "@/ui/Time";
import { type Tone, ToneWord } from "@/ui/Tone";
import { sayDone, sayFailed } from "@/ui/toast";

const TONE: Record<WebhookState, Tone> = { waiting: "info", handled: "ok", failed: "bad" };
const STATES: readonly WebhookState[] = ["waiting", "handled", "failed"];

export function WebhookLog() {
  const { t } = useTranslation();
  const [state, setState] = useState<WebhookState | null>(null);
  const pages = useWebhooks(state);
  const connection = useStoreConnection().data;
  const rows = pages.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Card
      title={t("connect.webhooks")}
      aside={connection && t("connect.failedCount", { count: connection.webhooks.failed ?? 0 })}
    >
      {connection && (
        <p className="mb-3 text-dense text-muted">
          {connection.webhook_address ? (
            <>
              {t("connect.webhooksTo")}{" "}
              <span className="font-mono text-meta break-all">{connection.webhook_address}</span>
            </>
          ) : (
            t("connect.noWebhooks")
          )}
        </p>
      )}
      <Select
        label={t("connect.webhooks")}
        value={state ?? ""}
        onChange={(value) => setState(STATES.find((each) => each === value) ?? null)}
        options={[
          { value: "", label: t("connect.any") },
          ...STATES.map((value) => ({ value, label: t(`connect.state.${value}`) })),
        ]}
      />
      <QueryView
        query={pages}
        isEmpty={() => rows.length === 0}
        empty={{ title: t("connect.webhookEmpty") }}
        onClearFilters={state ? () => setState(null) : undefined}
      >
        {() => (
          <>
            <ul className="mt-2 divide-y divide-line">
              {rows.map((row) => (
                <Row key={row.id} row={row} />
              ))}
            </ul>
            {pages.hasNextPage && (
              <Button small className="mt-2" onClick={() => void pages.fetchNextPage()}>
                {t("state.more")}
              </Button>
            )}
          </>
        )}
      </QueryView>
    </Card>
  );
}

function Row({ row }: { row: Webhook }) {
  const { t } = useTranslation();
  const replay = useReplayWebhook();
  const may = useMay("agents:run");
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2 text-dense">
      <span className="min-w-0 flex-1 basis-56">
        <span className="font-mono text-meta">{row.topic}</span>
        <span className="block text-meta text-muted">
          <Moment at={row.received_at} />
        </span>
        {row.error && <span className="block text-meta break-words text-bad">{row.error}</span>}
      </span>
      <ToneWord tone={TONE[row.state]} className="text-meta text-muted">
        {t(`connect.state.${row.state}`)}
      </ToneWord>
      {may && row.state !== "waiting" && (
        <Button
          small
          variant="plain"
          aria-label={`${t("connect.replay")}: ${row.topic}`}
          disabled={replay.isPending}
          onClick={() =>
            replay.mutate(row.id, {
              onSuccess: () => sayDone(t("connect.replayed")),
              onError: (error) => sayFailed(t("connect.replayFailed"), asProblem(error)),
            })
          }
        >
          {t("connect.replay")}
        </Button>
      )}
    </li>
  );
}
