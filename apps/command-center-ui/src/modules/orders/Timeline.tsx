/** What happened to an order, in its order, and what goes wrong with what can be done. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Snag, WayMoment } from "@/api/types";
import { Card } from "@/ui/Card";
import { Moment } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";

export function SnagsCard({ snags }: { snags: Snag[] }) {
  const { t } = useTranslation();
  if (snags.length === 0) return null;
  return (
    <Card title={t("way.snags")} brass>
      <ul className="space-y-3">
        {snags.map((snag) => (
          <li key={`${snag.trouble}/${snag.reference}/${snag.reason}`}>
            <p className="flex flex-wrap items-baseline gap-x-3">
              <ToneWord tone="bad">{t(`way.trouble.${snag.trouble}`)}</ToneWord>
              <span className="text-meta text-muted">
                {t("way.since")} <Moment at={snag.since} />
              </span>
            </p>
            <p className="text-dense">{snag.reason}</p>
            {snag.lines.length > 0 && (
              <ul className="my-1 border-l border-line pl-3 text-dense">
                {snag.lines.map((line) => (
                  <li key={line.title}>{t("way.came", { ...line })}</li>
                ))}
              </ul>
            )}
            <p className="text-dense">
              {t(`way.remedy.${snag.remedy}` as "way.remedy.reroute", {
                defaultValue: snag.remedy,
              })}{" "}
              {snag.decision_id && (
                <Link
                  to="/approvals/$decisionId"
                  params={{ decisionId: snag.decision_id } as never}
                  className="text-accent underline"
                >
                  {t("way.decide")}
                </Link>
              )}
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function TimelineCard({ moments }: { moments: WayMoment[] }) {
  const { t } = useTranslation();
  return (
    <Card title={t("way.timeline")}>
      {moments.length === 0 ? (
        <p className="text-dense text-muted">{t("way.noMoments")}</p>
      ) : (
        <ol className="space-y-2 border-l border-line pl-4 text-dense">
          {moments.map((one) => (
            <li key={`${one.at}/${one.what}/${one.decision_id}`}>
              <p className="flex flex-wrap items-baseline justify-between gap-x-4">
                <What moment={one} />
                <span className="text-meta text-muted">
                  <Moment at={one.at} />
                </span>
              </p>
              <p className="break-words text-meta text-muted">
                {one.detail}
                {one.status &&
                  ` · ${t(`way.state.${one.status}` as "way.state.executed", { defaultValue: one.status })}`}
              </p>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

function What({ moment }: { moment: WayMoment }) {
  const { t } = useTranslation();
  const word = t(`way.what.${moment.what.replace(".", "_")}` as "way.what.paid", {
    defaultValue: moment.what,
  });
  if (!moment.decision_id) return <span>{word}</span>;
  return (
    <Link
      to="/approvals/$decisionId"
      params={{ decisionId: moment.decision_id } as never}
      className="hover:text-accent"
    >
      {word}
    </Link>
  );
}
