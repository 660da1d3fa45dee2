/** One price test: which prices take turns, what was read, its weeks, and its end. */
import { Link } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { PriceTest } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { Note } from "@/ui/states";
import { type Tone, ToneWord } from "@/ui/Tone";
import { EndTest } from "./EndTest";
import { TestWeeks } from "./TestWeeks";

const TONES: Record<PriceTest["status"], Tone> = {
  waiting: "info",
  running: "accent",
  ending: "warn",
  settling: "info",
  known: "ok",
  never: "muted",
};

export function PriceTestCard({ test }: { test: PriceTest }) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = (amount: string) => format.money({ amount, currency: test.currency });
  const [before = "0", ...others] = test.prices;
  return (
    <Card
      title={
        <Link
          to="/approvals/$decisionId"
          params={{ decisionId: test.decision_id } as never}
          search={{ status: "all" } as never}
          className="hover:underline max-md:inline-flex max-md:min-h-11 max-md:items-center"
        >
          {test.title}
        </Link>
      }
      aside={
        <ToneWord tone={TONES[test.status]}>{t(`effects.tests.status.${test.status}`)}</ToneWord>
      }
    >
      <p className="text-dense text-muted">
        {t("effects.tests.turns", {
          before: money(before),
          others: others.map(money).join(", "),
          from: format.date(test.first_day),
          to: format.date(test.last_day),
        })}
      </p>
      <PutBack test={test} />
      <div className="mt-3 grid gap-x-6 gap-y-4 md:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <Reading test={test} />
        <ByPrice test={test} money={money} />
      </div>
      <TestWeeks test={test} money={money} />
      {test.may_end && <EndTest test={test} price={money(before)} />}
    </Card>
  );
}

function Reading({ test }: { test: PriceTest }) {
  const { t } = useTranslation();
  const format = useFormat();
  const show = (value: string) => format.decimal(value, { digits: 1 });
  const interval = (each: { low: string; high: string }) =>
    t("effects.interval", { low: show(each.low), high: show(each.high) });
  const { reading, predicted } = test;
  return (
    <div>
      <p className="text-meta text-muted">{t("effects.tests.elasticity")}</p>
      {reading ? (
        <>
          <p className="mt-0.5 tabular-nums">
            <span className="display text-h2">{show(reading.elasticity.point)}</span>{" "}
            <span className="text-dense text-muted">{interval(reading.elasticity)}</span>
          </p>
          <p className="mt-1 text-meta text-muted">
            {t("effects.tests.ground", {
              count: reading.blocks,
              units: format.count(reading.units),
            })}
          </p>
          {reading.remembers ? (
            <p className="mt-1 text-dense">
              <ToneWord tone="warn">{t("effects.tests.carriedFound")}</ToneWord>
              <span className="block text-meta text-muted">
                {t("effects.tests.carriedMeans", { chance: chance(reading.carried, format) })}
              </span>
            </p>
          ) : (
            <p className="mt-1 text-meta text-muted">
              {t("effects.tests.carriedNone", { chance: chance(reading.carried, format) })}
            </p>
          )}
        </>
      ) : (
        <Unread test={test} />
      )}
      {test.reason && reading && <p className="mt-1 text-dense">{reasonOf(test.reason, t)}</p>}
      {predicted && (
        <p className="mt-1 text-meta text-muted tabular-nums">
          {t("effects.tests.before", { value: show(predicted.point) })} {interval(predicted)}
        </p>
      )}
    </div>
  );
}

function Unread({ test }: { test: PriceTest }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (test.status === "never") {
    return (
      <>
        <p className="mt-0.5 text-lead">{t("effects.never")}</p>
        {test.reason && <p className="text-dense">{reasonOf(test.reason, t)}</p>}
        {test.detail && (
          <p lang="en" className="text-meta text-pretty text-muted">
            {test.detail}
          </p>
        )}
      </>
    );
  }
  return (
    <>
      <p className="mt-0.5 text-lead">
        {t("effects.unknown")}
        {test.due_day && (
          <span className="text-dense text-muted">
            {" "}
            {t("effects.tests.due", { day: format.date(test.due_day) })}
          </span>
        )}
      </p>
      {test.reason && <p className="text-dense">{reasonOf(test.reason, t)}</p>}
    </>
  );
}

function ByPrice({ test, money }: { test: PriceTest; money: (amount: string) => string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const each = (units: number, weeks: number) =>
    weeks ? format.decimal(String(units / weeks), { digits: 1 }) : t("effects.unknown");
  return (
    <table className="w-full self-start text-dense tabular-nums">
      <caption className="mb-1 text-left text-meta text-muted">
        {t("effects.tests.byPrice")}
      </caption>
      <thead>
        <tr className="text-left text-meta text-muted">
          <th scope="col" className="font-normal">
            {t("effects.tests.price")}
          </th>
          <th scope="col" className="text-right font-normal">
            {t("effects.tests.weeksHeld")}
          </th>
          <th scope="col" className="text-right font-normal">
            {t("effects.tests.units")}
          </th>
          <th scope="col" className="text-right font-normal">
            {t("effects.tests.perWeek")}
          </th>
        </tr>
      </thead>
      <tbody>
        {test.by_price.map((row) => (
          <tr key={row.price} className="border-t border-line">
            <th scope="row" className="py-1 text-left font-normal">
              {money(row.price)}
            </th>
            <td className="text-right">{format.count(row.weeks)}</td>
            <td className="text-right">{format.count(row.units)}</td>
            <td className="text-right">{each(row.units, row.weeks)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The price before the test is asked for again; until it is there that is worth a word. */
function PutBack({ test }: { test: PriceTest }) {
  const { t } = useTranslation();
  const back = test.put_back;
  if (!back || back.status === "executed" || back.status === "measured") return null;
  return (
    <div className="mt-3">
      <Note tone="warn">
        <p>
          {t("effects.tests.notBack")}{" "}
          <Link
            to="/approvals/$decisionId"
            params={{ decisionId: back.decision_id } as never}
            search={{ status: "all" } as never}
            className="text-accent underline underline-offset-2"
          >
            {t("effects.tests.decision")}
          </Link>
        </p>
        {back.why && (
          <p lang="en" className="text-muted">
            {back.why}
          </p>
        )}
      </Note>
    </div>
  );
}

function reasonOf(reason: string, t: TFunction): string {
  return t(`effects.tests.reason.${reason}` as "effects.tests.reason.stopped", {
    defaultValue: reason,
  });
}

function chance(share: number, format: ReturnType<typeof useFormat>): string {
  return format.percent(String(share * 100), { digits: 0 });
}
