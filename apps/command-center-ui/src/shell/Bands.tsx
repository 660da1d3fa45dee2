/** Bands that hold for the whole page: stopped, no access, offline, sandbox with its own time. */
import { Link } from "@tanstack/react-router";
import { CloudOff, FlaskConical, OctagonX, Unplug } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useKeptSince } from "@/api/kept";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import { useResume } from "@/api/stop";
import { useStoreConnection } from "@/api/store-connection";
import type { Session } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { useLive } from "@/live";
import { useStoreNow } from "@/live/store-clock";
import { cx } from "@/ui/cx";
import { sayDone, sayFailed } from "@/ui/toast";

export function Bands({ session }: { session: Session }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t("shell.notices")}>
      {session.stopped.map((scope) => (
        <StoppedBand key={scope} scope={scope} />
      ))}
      <AccessLostBand />
      <OfflineBand />
      {session.store?.source === "sandbox" && <SandboxBand rate={session.store.clock_rate} />}
    </section>
  );
}

function Band({ tone, icon, children }: { tone: string; icon: ReactNode; children: ReactNode }) {
  return (
    <div
      className={cx(
        "flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-7 py-1.5 text-dense max-md:px-4",
        tone,
      )}
    >
      {icon}
      {children}
    </div>
  );
}

function StoppedBand({ scope }: { scope: string }) {
  const { t } = useTranslation();
  const resume = useResume();
  const may = useMay("stop:write");
  const [asked, setAsked] = useState(false);
  const who = scope === "store" ? t("stop.everything") : scope.replace("agent:", "");
  return (
    <Band
      tone="bg-raised text-bad"
      icon={<OctagonX size={16} aria-hidden="true" className="shrink-0" />}
    >
      <span role="status" className="font-medium">
        {t("stop.band", { who })}
      </span>
      {may && (
        <button
          type="button"
          disabled={resume.isPending}
          onBlur={() => setAsked(false)}
          onClick={() => {
            if (!asked) return setAsked(true);
            resume.mutate(
              { scope, reason: "" },
              {
                onSuccess: () => sayDone(t("stop.resumed", { who })),
                onError: (error) => sayFailed(t("stop.resumeFailed"), asProblem(error)),
              },
            );
          }}
          className="min-h-7 rounded-control border border-bad px-2 hover:bg-surface max-md:min-h-11"
        >
          {asked ? t("stop.resumeSure") : t("stop.resume")}
        </button>
      )}
    </Band>
  );
}

function AccessLostBand() {
  const { t } = useTranslation();
  if (useStoreConnection().data?.token.state !== "revoked") return null;
  return (
    <Band
      tone="bg-raised text-bad"
      icon={<Unplug size={16} aria-hidden="true" className="shrink-0" />}
    >
      <span role="status" className="font-medium max-md:min-w-56 max-md:flex-1">
        {t("access.lost")}
      </span>
      <Link
        to="/connections"
        className="flex min-h-7 items-center rounded-control border border-bad px-2 hover:bg-surface max-md:min-h-11"
      >
        {t("access.mend")}
      </Link>
    </Band>
  );
}

function OfflineBand() {
  const { t } = useTranslation();
  const format = useFormat();
  const { status, heardAt } = useLive();
  const keptSince = useKeptSince();
  useStoreNow();
  if (status !== "offline" && !(status === "reconnecting" && heardAt) && !keptSince) return null;
  const last = keptSince ?? heardAt;
  const age = last ? format.age(new Date(last).toISOString(), Date.now()) : null;
  return (
    <Band
      tone="bg-raised text-warn"
      icon={<CloudOff size={16} aria-hidden="true" className="shrink-0" />}
    >
      <span role="status">
        {status === "offline" || keptSince ? t("live.bandOffline") : t("live.bandReconnecting")}{" "}
        {age && t("live.lastHeard", { age })}
      </span>
    </Band>
  );
}

function SandboxBand({ rate }: { rate: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = new Date(useStoreNow()).toISOString();
  return (
    <Band
      tone="bg-accent-soft text-fg"
      icon={<FlaskConical size={16} aria-hidden="true" className="shrink-0 text-accent" />}
    >
      <span className="font-medium">{t("sandbox.title")}</span>
      <span className="text-muted max-md:hidden">{t("sandbox.body")}</span>
      <span className="ml-auto text-muted max-md:ml-0">
        {t("sandbox.time")}{" "}
        <time dateTime={now} className="text-fg">
          {format.dateTime(now)}
        </time>
        {rate !== 1 && ` · ${rate === 0 ? t("sandbox.still") : t("sandbox.rate", { rate })}`}
      </span>
    </Band>
  );
}
