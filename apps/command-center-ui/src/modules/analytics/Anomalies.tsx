/** Days that chance does not explain, what drives them, and what people say of them. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAnomalies, useJudgeAnomaly } from "@/api/insights";
import type { Anomaly } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";
import { ToneWord } from "@/ui/Tone";
import { dimensionName, metricName } from "./words";

export function Anomalies() {
  const { t } = useTranslation();
  const format = useFormat();
  const pages = useAnomalies();
  const found = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const first = pages.data?.pages[0];
  return (
    <>
      <QueryView
        query={pages}
        isEmpty={() => found.length === 0}
        empty={{
          title: first?.watched_until ? t("analytics.found.none") : t("analytics.found.notYet"),
          body: first?.watched_until
            ? t("analytics.found.until", { day: format.date(first.watched_until) })
            : t("analytics.found.notYetBody"),
        }}
      >
        {() => (
          <>
            <p className="mb-3 text-dense text-muted">
              {first?.watched_until &&
                t("analytics.found.until", { day: format.date(first.watched_until) })}{" "}
              {first &&
                t("analytics.found.chance", { percent: format.percent(first.false_percent) })}
            </p>
            <ul className="grid gap-3">
              {found.map((each) => (
                <li key={each.id}>
                  <Found anomaly={each} />
                </li>
              ))}
            </ul>
          </>
        )}
      </QueryView>
      {pages.hasNextPage && (
        <Button
          small
          className="mt-3 w-full"
          disabled={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          {t("state.more")}
        </Button>
      )}
    </>
  );
}

function Found({ anomaly }: { anomaly: Anomaly }) {
  const { t } = useTranslation();
  const format = useFormat();
  const unit = anomaly.currency ?? (anomaly.unit === "percent" ? "percent" : "");
  const shown = (amount: string) => format.quantity(amount, unit);
  const above = Number(anomaly.value) >= Number(anomaly.expected);
  const good = above === (anomaly.better === "up");
  const name = metricName(anomaly.metric, t);
  return (
    <Card
      title={
        <Link
          to="/analytics"
          search={{ metric: anomaly.metric, from: anomaly.day, to: anomaly.day }}
          className="hover:text-accent hover:underline"
        >
          {name}
        </Link>
      }
      aside={format.date(anomaly.day)}
    >
      <p className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <span className="font-display text-h2 tabular-nums">{shown(anomaly.value)}</span>
        <ToneWord tone={good ? "ok" : "bad"}>
          {above ? t("analytics.found.above") : t("analytics.found.below")}
        </ToneWord>
        <span className="text-dense text-muted">
          {t("analytics.found.expected", {
            expected: shown(anomaly.expected),
            low: shown(anomaly.low),
            high: shown(anomaly.high),
          })}
        </span>
      </p>
      <Driver anomaly={anomaly} shown={shown} />
      {anomaly.also.length > 0 && (
        <p className="mt-2 text-meta text-muted">
          {t("analytics.found.also", {
            names: anomaly.also.map((each) => metricName(each, t)).join(", "),
          })}
        </p>
      )}
      <Verdict anomaly={anomaly} />
    </Card>
  );
}

interface DriverProps {
  anomaly: Anomaly;
  shown: (amount: string) => string;
}

function Driver({ anomaly, shown }: DriverProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { dimension } = anomaly;
  if (dimension === null) {
    return <p className="mt-2 text-dense text-muted">{t("analytics.found.noDriver")}</p>;
  }
  return (
    <div className="mt-2 text-dense">
      <p>{t("analytics.found.driver", { dimension: dimensionName(dimension, t) })}</p>
      <ul className="mt-1 grid gap-1">
        {anomaly.causes.map((cause) => (
          <li key={cause.key ?? ""} className="flex flex-wrap gap-x-3">
            <span>{cause.label ?? t("analytics.unknownKey")}</span>
            <span className="text-muted tabular-nums">
              {t("analytics.found.cause", {
                value: shown(cause.value),
                expected: shown(cause.expected),
                power: format.percent(cause.power, { digits: 0 }),
              })}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Verdict({ anomaly }: { anomaly: Anomaly }) {
  const { t } = useTranslation();
  const judge = useJudgeAnomaly();
  const waits = anomaly.decision_status === "proposed";
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2 text-dense">
      {(["confirmed", "dismissed"] as const).map((verdict) => (
        <Button
          key={verdict}
          small
          aria-pressed={anomaly.verdict === verdict}
          variant={anomaly.verdict === verdict ? "primary" : "outline"}
          disabled={judge.isPending}
          onClick={() => judge.mutate({ id: anomaly.id, verdict })}
        >
          {t(`analytics.verdict.${verdict}`)}
        </Button>
      ))}
      {anomaly.verdict_by && (
        <span className="text-muted">
          {t("analytics.verdict.by", { name: anomaly.verdict_by })}
        </span>
      )}
      {anomaly.decision_id && (
        <Link
          to="/approvals/$decisionId"
          params={{ decisionId: anomaly.decision_id }}
          className="text-accent hover:underline max-md:py-3"
        >
          {anomaly.raised
            ? t("analytics.found.raised")
            : waits
              ? t("analytics.found.waits")
              : t("analytics.found.decision")}
        </Link>
      )}
      {judge.error && (
        <span role="alert" className="text-bad">
          {judge.error.message}
        </span>
      )}
    </div>
  );
}
