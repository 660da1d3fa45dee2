/** Webhooks as they arrived, newest first, each to be replayed. */
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import { useStoreConnection } from "@/api/store-connection";
import type { StoreConnection, Webhook } from "@/api/types";
import { useReplayWebhook, useWebhooks, type WebhookState } from "@/api/webhooks";
import { stepCommands, stepFocus } from "@/commands/list";
import { useCommands } from "@/commands/registry";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Select } from "@/ui/fields";
import { QueryView } from "@/ui/QueryView";
import { Note } from "@/ui/states";
import { Moment } from "@/ui/Time";
import { type Tone, ToneWord } from "@/ui/Tone";
import { sayDone, sayFailed } from "@/ui/toast";
import { useUrlState } from "@/ui/use-url-state";

const TONE: Record<WebhookState, Tone> = {
  waiting: "info",
  running: "info",
  handled: "ok",
  failed: "bad",
};
const STATES: readonly WebhookState[] = ["waiting", "running", "handled", "failed"];

export function WebhookLog() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrlState();
  const state = STATES.find((each) => each === url.webhooks) ?? null;
  const setState = (webhooks: string) => setUrl({ webhooks });
  const pages = useWebhooks(state);
  const connection = useStoreConnection().data;
  const rows = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const list = useRef<HTMLUListElement>(null);
  useCommands(stepCommands(t, (step) => stepFocus(list, "li", step)));
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
      {connection?.webhook_address && connection.topics && <Topics topics={connection.topics} />}
      <Select
        label={t("connect.webhooks")}
        value={state ?? ""}
        onChange={setState}
        options={[
          { value: "", label: t("connect.any") },
          ...STATES.map((value) => ({ value, label: t(`connect.state.${value}`) })),
        ]}
      />
      <QueryView
        query={pages}
        isEmpty={() => rows.length === 0}
        empty={{ title: t("connect.webhookEmpty"), body: t("connect.webhookEmptyBody") }}
        onClearFilters={state ? () => setState("") : undefined}
      >
        {() => (
          <>
            <ul ref={list} className="mt-2 divide-y divide-line">
              {rows.map((row) => (
                <Row key={row.id} row={row} />
              ))}
            </ul>
            {pages.hasNextPage && (
              <Button
                small
                className="mt-2"
                disabled={pages.isFetchingNextPage}
                onClick={() => void pages.fetchNextPage()}
              >
                {t("state.more")}
              </Button>
            )}
            {pages.isFetchNextPageError && (
              <p role="alert" className="mt-1 text-dense text-bad">
                {t("connect.moreFailed")}
              </p>
            )}
          </>
        )}
      </QueryView>
    </Card>
  );
}

function Topics({ topics }: { topics: NonNullable<StoreConnection["topics"]> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { asked, refused } = topics;
  const made = t("connect.topics", {
    value: format.count(asked - refused.length),
    total: format.count(asked),
  });
  if (refused.length === 0) return <p className="mb-3 text-dense text-muted">{made}</p>;
  const reasons = [...new Set(refused.map((each) => each.reason))];
  return (
    <Note tone="warn">
      {made}; {t("connect.topicsRefused")}:
      {reasons.map((reason) => (
        <p key={reason} className="mt-1">
          <span className="font-mono text-meta break-words">
            {refused
              .filter((each) => each.reason === reason)
              .map((each) => each.topic)
              .join(", ")}
          </span>
          <span className="block">{reason}</span>
        </p>
      ))}
    </Note>
  );
}

function Attempts({ row }: { row: Webhook }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (row.attempts === 0) {
    return null;
  }
  const took =
    row.started_at && row.ended_at && Date.parse(row.ended_at) - Date.parse(row.started_at);
  return (
    <span title={row.worker ? t("connect.byWorker", { worker: row.worker }) : undefined}>
      {` · ${t("connect.attempts", { count: row.attempts })}`}
      {typeof took === "number" &&
        ` · ${t("connect.took", { time: `${format.decimal(String(took / 1000))} s` })}`}
    </span>
  );
}

function Problem({ row }: { row: Webhook }) {
  const { t } = useTranslation();
  if (row.state === "handled") {
    return (
      row.last_error && (
        <span className="block text-meta break-words text-muted">
          {t("connect.earlier", { error: row.last_error })}
        </span>
      )
    );
  }
  const why = row.error ?? row.last_error;
  return (
    <>
      {why && <span className="block text-meta break-words text-bad">{why}</span>}
      {(why || row.state === "running") && (
        <span className="block text-meta text-muted">
          {t(`connect.webhookRemedy.${row.state}`)}
        </span>
      )}
    </>
  );
}

function Row({ row }: { row: Webhook }) {
  const { t } = useTranslation();
  const replay = useReplayWebhook();
  const may = useMay("agents:run");
  return (
    // Reached by j and k; its button by Tab from there.
    <li tabIndex={-1} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2 text-dense">
      <span className="min-w-0 flex-1 basis-56">
        <span className="font-mono text-meta">{row.topic}</span>
        <span className="block text-meta text-muted">
          <Moment at={row.received_at} />
          <Attempts row={row} />
        </span>
        <Problem row={row} />
      </span>
      <ToneWord tone={TONE[row.state]} className="text-meta text-muted">
        {t(`connect.state.${row.state}`)}
      </ToneWord>
      {may && (row.state === "handled" || row.state === "failed") && (
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
