/** The weeks of a price test: the price of each, what became of it, and what was lost and why. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { PriceTest, PriceTestWeek } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { type Tone, ToneWord } from "@/ui/Tone";

const TONES: Record<PriceTestWeek["state"], Tone> = {
  coming: "muted",
  held: "ok",
  under_way: "info",
  waiting: "warn",
  denied: "bad",
  expired: "warn",
  failed: "bad",
  changed: "warn",
  stopped: "warn",
  missed: "warn",
  ended: "muted",
};
const TOLD: ReadonlySet<PriceTestWeek["state"]> = new Set([
  "waiting",
  "denied",
  "expired",
  "failed",
  "changed",
  "stopped",
  "missed",
]);

interface TestWeeksProps {
  test: PriceTest;
  money: (amount: string) => string;
}

export function TestWeeks({ test, money }: TestWeeksProps) {
  const { t } = useTranslation();
  const going = test.status === "waiting" || test.status === "running";
  const told = test.weeks.filter((week) => TOLD.has(week.state));
  return (
    <>
      {told.length > 0 && (
        <ul aria-label={t("effects.tests.lost")} className="mt-3 space-y-1 text-dense">
          {told.map((week) => (
            <li key={week.number}>
              <Told week={week} money={money} />
            </li>
          ))}
        </ul>
      )}
      <details open={going} className="mt-3">
        <summary className="cursor-pointer text-meta text-muted max-md:py-3">
          {t("effects.tests.weeks", { count: test.weeks.length })}
        </summary>
        <ol className="mt-2 grid grid-cols-[repeat(auto-fill,minmax(min(100%,9.5rem),1fr))] gap-2">
          {test.weeks.map((week) => (
            <li key={week.number}>
              <Week week={week} money={money} />
            </li>
          ))}
        </ol>
      </details>
    </>
  );
}

function Week({ week, money }: { week: PriceTestWeek; money: (amount: string) => string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = !week.is_over && week.units !== null;
  return (
    <Linked week={week} now={now}>
      <span className="block text-meta text-muted">
        {t("effects.tests.week", { number: week.number + 1, day: format.date(week.first_day) })}
      </span>
      <span className="block tabular-nums">
        {money(week.price)}
        {now && <span className="text-meta text-accent"> · {t("effects.tests.now")}</span>}
      </span>
      <span className="block text-meta">
        <ToneWord tone={TONES[week.state]}>{t(`effects.tests.state.${week.state}`)}</ToneWord>
        {!week.counts && <span className="text-muted"> · {t("effects.tests.notCounted")}</span>}
      </span>
      {week.units !== null && (
        <span className="block text-meta text-muted tabular-nums">
          {t("effects.tests.sold", { count: week.units, value: format.count(week.units) })}
        </span>
      )}
    </Linked>
  );
}

/** A week with a decision of its own leads to it. */
function Linked({
  week,
  now,
  children,
}: {
  week: PriceTestWeek;
  now: boolean;
  children: ReactNode;
}) {
  const look = `block h-full rounded-row border p-2 ${now ? "border-accent" : "border-line"}`;
  if (!week.setting) return <div className={look}>{children}</div>;
  return (
    <Link
      to="/approvals/$decisionId"
      params={{ decisionId: week.setting.decision_id } as never}
      search={{ status: "all" } as never}
      className={`motion-hover hover:bg-raised ${look}`}
    >
      {children}
    </Link>
  );
}

function Told({ week, money }: { week: PriceTestWeek; money: (amount: string) => string }) {
  const { t } = useTranslation();
  const stayed = week.in_force !== null && Number(week.in_force) !== Number(week.price);
  return (
    <>
      <ToneWord tone={TONES[week.state]}>
        {t("effects.tests.toldWeek", { number: week.number + 1 })}{" "}
        {t(`effects.tests.told.${week.state as "denied"}`, { price: money(week.price) })}
      </ToneWord>
      <span className="block text-meta text-pretty text-muted">
        {stayed && week.in_force && (
          <>{t("effects.tests.inForce", { price: money(week.in_force) })} </>
        )}
        {week.setting?.why && <span lang="en">{week.setting.why}</span>}
      </span>
    </>
  );
}
