/** The store: how it is reached, what it lets us do, how fast, and how fresh the copy is. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/session";
import { useStoreConnection } from "@/api/store-connection";
import type { StoreConnection } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Meter } from "@/ui/Meter";
import { QueryView } from "@/ui/QueryView";
import { Note } from "@/ui/states";
import { Moment } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";
import { ConnectDialog } from "./ConnectDialog";
import { DisconnectDialog } from "./DisconnectDialog";
import { Resources } from "./Resources";
import { Scopes } from "./Scopes";

export function StoreCard() {
  const { t } = useTranslation();
  const query = useStoreConnection();
  return (
    <Card title={t("connect.title")}>
      <QueryView query={query}>{(connection) => <Shown connection={connection} />}</QueryView>
    </Card>
  );
}

function Shown({ connection }: { connection: StoreConnection }) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-5">
      <div>
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <h3 className="font-sans text-body font-medium break-all">{connection.domain}</h3>
          <span className="text-meta text-muted">{t(`connect.setBy.${connection.set_by}`)}</span>
        </div>
        {connection.set_by === "sandbox" && (
          <p className="mt-1 text-dense text-muted">{t("connect.sandboxBody")}</p>
        )}
        {connection.set_by === "environment" && (
          <p className="mt-1 text-dense text-muted">{t("connect.environment")}</p>
        )}
        <Notices connection={connection} />
        <Actions connection={connection} />
      </div>
      <Access connection={connection} />
      <Rate connection={connection} />
      <Resources connection={connection} />
      <Scopes connection={connection} />
    </div>
  );
}

function Notices({ connection }: { connection: StoreConnection }) {
  const { t } = useTranslation();
  const { candidate, token, api_version: served, api_version_asked: asked } = connection;
  return (
    <div className="mt-2 grid gap-2 empty:hidden">
      {token.state === "revoked" && (
        <Note tone="bad">
          {t("connect.revokedTitle")} {token.detail}
        </Note>
      )}
      {candidate?.state === "checking" && (
        <Note tone="info">{t("connect.checking", { domain: candidate.domain })}</Note>
      )}
      {candidate?.state === "refused" && (
        <Note tone="warn">
          {t("connect.refused", { domain: candidate.domain })} {candidate.detail}
        </Note>
      )}
      {served !== asked && <Note tone="warn">{t("connect.fellForward", { served, asked })}</Note>}
    </div>
  );
}

function Actions({ connection }: { connection: StoreConnection }) {
  const { t } = useTranslation();
  const may = useMay("connections:write");
  const [open, setOpen] = useState<"connect" | "disconnect" | null>(null);
  const close = () => setOpen(null);
  if (!may || connection.set_by === "environment") return null;
  const onPage = connection.set_by === "page";
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      <Button small variant={onPage ? "outline" : "primary"} onClick={() => setOpen("connect")}>
        {onPage ? t("connect.replace") : t("connect.connect")}
      </Button>
      {onPage && (
        <Button small variant="danger" onClick={() => setOpen("disconnect")}>
          {t("connect.disconnect")}
        </Button>
      )}
      <ConnectDialog
        open={open === "connect"}
        onClose={close}
        shop={onPage ? connection.domain : ""}
        redirect={connection.redirect_address}
      />
      <DisconnectDialog open={open === "disconnect"} onClose={close} connection={connection} />
    </div>
  );
}

function Access({ connection }: { connection: StoreConnection }) {
  const { t } = useTranslation();
  const { token } = connection;
  const tone = { valid: "ok", revoked: "bad", unknown: "muted" } as const;
  return (
    <section aria-label={t("connect.access")}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="font-sans text-dense font-medium">{t("connect.access")}</h3>
        <ToneWord tone={tone[token.state]} className="text-dense text-muted">
          {t(`connect.token.${token.state}`)}
        </ToneWord>
      </div>
      <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-1 text-dense">
        <dt className="text-muted">{t("connect.way")}</dt>
        <dd>
          {t(`connect.method.${token.method}` as "connect.method.static", {
            defaultValue: token.method,
          })}
        </dd>
        {token.client_id && (
          <>
            <dt className="text-muted">{t("connect.app")}</dt>
            <dd className="font-mono text-meta break-all">{token.client_id}</dd>
          </>
        )}
        {token.state !== "unknown" && (
          <>
            <dt className="text-muted">{t("connect.ends")}</dt>
            <dd>{token.expires_at ? <Moment at={token.expires_at} /> : t("connect.noEnd")}</dd>
          </>
        )}
        {token.renew_at && (
          <>
            <dt className="text-muted">{t("connect.renews")}</dt>
            <dd>
              <Moment at={token.renew_at} />
            </dd>
          </>
        )}
        <dt className="text-muted">{t("connect.version")}</dt>
        <dd className="font-mono text-meta">{connection.api_version}</dd>
      </dl>
    </section>
  );
}

function Rate({ connection }: { connection: StoreConnection }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { budget } = connection;
  return (
    <section aria-label={t("connect.rate")}>
      <h3 className="font-sans text-dense font-medium">{t("connect.rate")}</h3>
      {budget ? (
        <>
          <Meter label={t("connect.rate")} share={budget.available / budget.maximum} />
          <p className="mt-1 flex flex-wrap justify-between gap-x-4 text-meta text-muted">
            <span>
              {t("connect.points", {
                value: format.count(Math.round(budget.available)),
                total: format.count(budget.maximum),
              })}
              {" · "}
              {t("connect.restore", { value: format.count(budget.restore_per_second) })}
            </span>
            <span>{t("connect.throttled", { count: budget.throttled })}</span>
          </p>
        </>
      ) : (
        <p className="mt-1 text-dense text-muted">{t("connect.noRate")}</p>
      )}
    </section>
  );
}
