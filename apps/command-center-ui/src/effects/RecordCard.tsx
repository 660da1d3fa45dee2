/** One agent's record for one kind: what it earned, how well it foresaw, what follows from it. */
import { Check, Minus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { usePatchAgent } from "@/api/agent-patch";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import type { EffectRecord } from "@/api/types";
import { kindName } from "@/decision/words";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Note } from "@/ui/states";
import { Age, Moment } from "@/ui/Time";
import { Tag } from "@/ui/Tone";
import { sayDone, sayFailed } from "@/ui/toast";
import { Coverage } from "./Coverage";

interface RecordCardProps {
  record: EffectRecord;
  /** Whose record it is, where the page does not say so itself. */
  agentName?: string;
}

export function RecordCard({ record, agentName }: RecordCardProps) {
  const { t } = useTranslation();
  const kind = kindName(record.kind, t);
  return (
    <Card
      title={agentName ? `${agentName} · ${kind}` : kind}
      aside={<Tag>{t(`effects.level.${record.level}`)}</Tag>}
    >
      {record.why && record.changed_at && (
        <Note tone="warn">
          <p className="font-medium">{t("effects.demoted")}</p>
          <p className="text-muted">
            {record.why} <Moment at={record.changed_at} />
          </p>
        </Note>
      )}
      <div className="space-y-4">
        <Earned record={record} />
        {record.calibration && <Coverage calibration={record.calibration} />}
        <Conditions record={record} />
        <Recommendation record={record} kind={kind} />
      </div>
    </Card>
  );
}

function Earned({ record }: { record: EffectRecord }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { pooled } = record;
  const unit = record.unit ?? "";
  const show = (value: string) => format.quantity(value, unit, { signed: true, digits: 1 });
  const count = (values: { low: string; high: string }) =>
    t("effects.interval", { low: show(values.low), high: show(values.high) });
  return (
    <div>
      {pooled ? (
        <>
          <p className="text-meta text-muted">
            {t("effects.together", { count: pooled.measured, days: record.days })}
          </p>
          <p className="mt-0.5 tabular-nums">
            <span className="display text-h2">{show(pooled.together.point)}</span>{" "}
            <span className="text-dense text-muted">{count(pooled.together)}</span>
          </p>
          <p className="mt-1 text-dense tabular-nums">
            {t("effects.each", { value: show(pooled.each.point) })}{" "}
            <span className="text-muted">{count(pooled.each)}</span>
          </p>
        </>
      ) : (
        <p className="text-muted">
          {t(record.calibration ? "effects.noGain" : "effects.noneKnown")}
        </p>
      )}
      <p className="mt-1 text-meta text-muted">
        {t("effects.counts", {
          pending: format.count(record.pending),
          never: format.count(record.never),
        })}
        {record.next_due_at && (
          <>
            {" "}
            {t("effects.next")} <Age at={record.next_due_at} />
          </>
        )}
      </p>
    </div>
  );
}

function Conditions({ record }: { record: EffectRecord }) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown = (name: string, value: string) => {
    if (!value) return t("effects.unknown");
    if (name === "coverage") return `${value.replace("-", "–")}%`;
    if (name === "effect") return format.quantity(value, record.unit ?? "", { digits: 1 });
    return format.decimal(value);
  };
  return (
    <ul aria-label={t("effects.conditions")} className="space-y-1 text-dense">
      {record.conditions.map((condition) => (
        <li key={condition.name} className="flex items-start gap-2">
          {condition.met ? (
            <Check size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-ok" />
          ) : (
            <Minus size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-muted" />
          )}
          <span className="sr-only">{t(condition.met ? "effects.met" : "effects.notMet")}</span>
          <span className={condition.met ? "" : "text-muted"}>
            {t(`effects.condition.${condition.name}`, {
              actual: shown(condition.name, condition.actual),
              wanted: shown(condition.name, condition.wanted),
            })}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Recommendation({ record, kind }: { record: EffectRecord; kind: string }) {
  const { t } = useTranslation();
  const patch = usePatchAgent(record.agent_id);
  const may = useMay("agents:configure");
  const { recommended } = record;
  if (!recommended) return null;
  const confirm = () =>
    patch.mutate(
      { autonomy: [{ kind: record.kind, level: recommended }] },
      {
        onSuccess: () => sayDone(t("effects.promoted", { kind })),
        onError: (error) => sayFailed(t("effects.promoteFailed"), asProblem(error)),
      },
    );
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-3">
      <p className="max-w-[48ch]">{t("effects.recommended")}</p>
      <Button small variant="primary" disabled={!may || patch.isPending} onClick={confirm}>
        {t("effects.promote")}
      </Button>
    </div>
  );
}
