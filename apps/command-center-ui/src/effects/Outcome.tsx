/** What came of one decision: the figures, or when they will be known, or why they never will. */
import { useTranslation } from "react-i18next";
import type { Effect } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Age } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";
import { spanOf, Versus } from "./Versus";

interface OutcomeProps {
  effect: Effect;
  span?: readonly [number, number];
}

export function Outcome({ effect, span }: OutcomeProps) {
  return (
    <div className="grid min-w-0 gap-x-5 gap-y-1 md:grid-cols-[minmax(0,22rem)_minmax(0,1fr)] md:items-center">
      <Figures effect={effect} />
      <Versus
        predicted={effect.predicted}
        realised={effect.realised}
        span={span ?? spanOf([effect])}
      />
    </div>
  );
}

function Figures({ effect }: { effect: Effect }) {
  const { t } = useTranslation();
  const format = useFormat();
  const show = (value: string) => format.quantity(value, effect.unit, { signed: true, digits: 1 });
  const interval = (each: Effect["predicted"]) =>
    t("effects.interval", { low: show(each.low), high: show(each.high) });
  return (
    <dl className="text-dense tabular-nums">
      <div>
        <dt className="mr-1 inline text-accent">{t("effects.predicted")}</dt>
        <dd className="inline">
          {show(effect.predicted.point)}{" "}
          <span className="text-meta whitespace-nowrap text-muted">
            {interval(effect.predicted)}
          </span>
        </dd>
      </div>
      <div>
        <dt className="mr-1 inline text-info">{t("effects.realised")}</dt>
        <dd className="inline">
          {effect.realised ? (
            <>
              {show(effect.realised.point)}{" "}
              <span className="text-meta whitespace-nowrap text-muted">
                {interval(effect.realised)}
              </span>
            </>
          ) : effect.status === "never" ? (
            <span className="text-muted">{t("effects.never")}</span>
          ) : (
            <span className="text-muted">
              {t("effects.notYet")} <Age at={effect.due_at} />
            </span>
          )}
        </dd>
      </div>
    </dl>
  );
}

/** Whether the prediction held, in a word. */
export function Verdict({ effect }: { effect: Effect }) {
  const { t } = useTranslation();
  if (effect.status === "never") {
    return <ToneWord tone="muted">{t("effects.status.never")}</ToneWord>;
  }
  if (effect.inside === null) {
    return <ToneWord tone="muted">{t("effects.status.pending")}</ToneWord>;
  }
  return effect.inside ? (
    <ToneWord tone="ok">{t("effects.held")}</ToneWord>
  ) : (
    <ToneWord tone="warn">{t("effects.missed")}</ToneWord>
  );
}

/** What it was counted from, or why it cannot be. */
export function Ground({ effect }: { effect: Effect }) {
  const { t } = useTranslation();
  const format = useFormat();
  const figure = (name: string) => format.decimal(String(effect.sample[name] ?? ""), { digits: 1 });
  if (effect.status === "never") return <>{effect.detail}</>;
  const days = t("effects.days", {
    from: format.date(effect.first_day),
    to: format.date(effect.last_day),
  });
  const cut = effect.cut ? ` ${t(`effects.cut.${effect.cut}`)}` : "";
  if (!effect.realised) return <>{days + cut}</>;
  const counted = () => {
    if (effect.kind === "price.test") {
      return t("effects.counted.test", { sold: figure("units_sold"), blocks: figure("blocks") });
    }
    if (effect.kind === "inventory.reorder") {
      return t("effects.counted.reorder", {
        arrived: figure("units_arrived"),
        ordered: figure("units_ordered"),
        sold: figure("units_sold"),
      });
    }
    return t("effects.counted.price", {
      sold: figure("units_sold"),
      expected: figure("units_expected"),
      others: figure("compared_with"),
    });
  };
  return <>{`${days}${cut} ${counted()}`}</>;
}
