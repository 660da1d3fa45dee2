/** The effects as rows: what was changed, what it should do, what it did. */
import { Link } from "@tanstack/react-router";
import { type Ref, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Effect } from "@/api/types";
import { kindName } from "@/decision/words";
import { Ground, Outcome, Verdict } from "@/effects/Outcome";
import { spanOf } from "@/effects/Versus";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Age } from "@/ui/Time";

interface EffectListProps {
  ref: Ref<HTMLUListElement>;
  effects: Effect[];
  more: { busy: boolean; load: () => void } | null;
}

export function EffectList({ ref, effects, more }: EffectListProps) {
  const { t } = useTranslation();
  // Rows of one unit are drawn on one scale, so that they can be compared by eye.
  const spans = useMemo(() => {
    const units = [...new Set(effects.map((effect) => effect.unit))];
    return new Map(units.map((unit) => [unit, spanOf(effects.filter((e) => e.unit === unit))]));
  }, [effects]);
  return (
    <Card>
      <ul ref={ref} aria-label={t("nav.effects")} className="divide-y divide-line">
        {effects.map((effect) => (
          <li key={effect.decision_id}>
            <Row effect={effect} span={spans.get(effect.unit) ?? [0, 0]} />
          </li>
        ))}
      </ul>
      {more && (
        <Button small className="mt-3 w-full" disabled={more.busy} onClick={more.load}>
          {t("state.more")}
        </Button>
      )}
    </Card>
  );
}

function Row({ effect, span }: { effect: Effect; span: readonly [number, number] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const change = effect.changes[0];
  const value = (amount: string | null | undefined) =>
    amount ? format.quantity(amount, change?.unit ?? "") : null;
  const diff = [value(change?.now), value(change?.written ?? change?.proposed)].filter(Boolean);
  return (
    <Link
      to="/approvals/$decisionId"
      params={{ decisionId: effect.decision_id } as never}
      search={{ status: "all" } as never}
      className="motion-hover -mx-2 block rounded-row px-2 py-3 hover:bg-raised"
    >
      <span className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <span className="min-w-0">
          {effect.subject.title}{" "}
          <span className="text-dense whitespace-nowrap text-muted tabular-nums">
            {diff.join(" → ")}
          </span>
        </span>
        <span className="flex items-baseline gap-3 text-meta text-muted">
          <span>{kindName(effect.kind, t)}</span>
          <Age at={effect.executed_at} />
          <Verdict effect={effect} />
        </span>
      </span>
      <span className="mt-1 block">
        <Outcome effect={effect} span={span} />
      </span>
      <span className="mt-1 block text-meta text-pretty text-muted">
        <Ground effect={effect} />
      </span>
    </Link>
  );
}
