/** Steps as bars in time; a waiting step is an outline. A chosen one shows its inputs and outputs. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunDetail, RunStep } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { useMachineNow } from "@/live/store-clock";
import { cx } from "@/ui/cx";
import { type Tone, ToneWord } from "@/ui/Tone";

const BAR: Record<RunStep["status"], string> = {
  succeeded: "bg-ok/70 border-ok",
  running: "bg-info/50 border-info animate-pulse-slow",
  failed: "bg-bad/70 border-bad",
  waiting: "bg-transparent border-accent",
};

const TONE: Record<RunStep["status"], Tone> = {
  succeeded: "ok",
  running: "info",
  failed: "bad",
  waiting: "accent",
};

interface Span {
  from: number;
  to: number;
}

function spanOf(step: RunStep, now: number): Span {
  const from = Date.parse(step.started_at);
  return { from, to: step.finished_at ? Date.parse(step.finished_at) : Math.max(now, from) };
}

export function Gantt({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useMachineNow();
  const [chosen, setChosen] = useState<number | null>(null);
  const spans = run.steps.map((step) => spanOf(step, now));
  const start = Math.min(...spans.map((span) => span.from));
  const length = Math.max(...spans.map((span) => span.to)) - start || 1;
  const share = (time: number) => ((time - start) / length) * 100;
  const step = run.steps.find((candidate) => candidate.ordinal === chosen);

  return (
    <>
      <ol className="space-y-0.5">
        {run.steps.map((item, index) => {
          const span = spans[index] ?? { from: start, to: start };
          return (
            <li key={`${item.ordinal}-${item.attempt}`}>
              <button
                type="button"
                aria-expanded={item.ordinal === chosen}
                onClick={() => setChosen(item.ordinal === chosen ? null : item.ordinal)}
                className={cx(
                  "motion-hover row-h -mx-2 grid w-[calc(100%+16px)] grid-cols-[minmax(120px,30%)_minmax(0,1fr)_5.5rem] items-center gap-3 rounded-row px-2 text-left text-dense max-md:grid-cols-[minmax(0,1fr)_5rem] max-md:gap-y-1 max-md:py-2",
                  item.ordinal === chosen ? "bg-accent-soft" : "hover:bg-raised",
                )}
              >
                <span className="min-w-0">
                  <span className="block truncate">{item.name}</span>
                  <span className="sr-only">{t(`stepStatus.${item.status}`)}</span>
                </span>
                <span className="relative h-5 rounded-control bg-raised max-md:order-last max-md:col-span-2 max-md:h-2">
                  <span
                    className={cx("absolute inset-y-0 rounded-[4px] border", BAR[item.status])}
                    style={{
                      left: `${Math.min(share(span.from), 99.5)}%`,
                      width: `max(${share(span.to) - share(span.from)}%, 3px)`,
                    }}
                  />
                </span>
                <span className="text-right text-meta text-muted tabular-nums">
                  {item.finished_at
                    ? format.duration(span.to - span.from)
                    : t(`stepStatus.${item.status}`)}
                  {item.attempt > 1 && (
                    <span className="block text-warn">
                      {t("run.attempt", { count: item.attempt })}
                    </span>
                  )}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
      {step ? (
        <StepDetail step={step} />
      ) : (
        <p className="mt-3 text-meta text-muted">{t("run.chooseStep")}</p>
      )}
    </>
  );
}

function StepDetail({ step }: { step: RunStep }) {
  const { t } = useTranslation();
  return (
    <div className="mt-3 rounded-row border border-line bg-raised p-3 text-dense">
      <p className="flex flex-wrap items-center gap-x-4">
        <span className="font-medium">{step.name}</span>
        <ToneWord tone={TONE[step.status]} className="text-muted">
          {t(`stepStatus.${step.status}`)} · {t("run.attempt", { count: step.attempt })}
        </ToneWord>
      </p>
      {step.error && <p className="mt-2 text-bad">{step.error}</p>}
      <div className="mt-2 grid gap-3 md:grid-cols-2">
        <Json title={t("run.input")} value={step.input} />
        <Json title={t("run.output")} value={step.output} />
      </div>
    </div>
  );
}

function Json({ title, value }: { title: string; value: object | null }) {
  const { t } = useTranslation();
  return (
    <div className="min-w-0">
      <p className="mb-1 text-meta text-muted">{title}</p>
      <pre className="max-h-72 overflow-auto font-mono text-meta whitespace-pre-wrap break-words">
        {value ? JSON.stringify(value, null, 2) : t("run.none")}
      </pre>
    </div>
  );
}
