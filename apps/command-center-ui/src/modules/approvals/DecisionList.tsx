/** The decisions as cards: what, by whom, worth how much, until when. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Decision } from "@/api/types";
import { Stake } from "@/decision/Stake";
import { decisionTitle, isUnderWay, RISK_TONE, riskLevel, statusTone } from "@/decision/words";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Age } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";

interface DecisionListProps {
  decisions: Decision[];
  chosen: string | undefined;
  picked: ReadonlySet<string>;
  onOpen: (id: string) => void;
  onToggle: (id: string) => void;
  more: { busy: boolean; load: () => void } | null;
}

export function DecisionList(props: DecisionListProps) {
  const { t } = useTranslation();
  return (
    <>
      <ul aria-label={t("nav.approvals")} className="space-y-2">
        {props.decisions.map((decision) => (
          <Row
            key={decision.id}
            decision={decision}
            chosen={decision.id === props.chosen}
            picked={props.picked.has(decision.id)}
            onOpen={props.onOpen}
            onToggle={props.onToggle}
          />
        ))}
      </ul>
      {props.more && (
        <Button small className="mt-3 w-full" disabled={props.more.busy} onClick={props.more.load}>
          {t("state.more")}
        </Button>
      )}
    </>
  );
}

interface RowProps {
  decision: Decision;
  chosen: boolean;
  picked: boolean;
  onOpen: (id: string) => void;
  onToggle: (id: string) => void;
}

function Row({ decision, chosen, picked, onOpen, onToggle }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) row.current?.scrollIntoView?.({ block: "nearest" });
  }, [chosen]);
  const title = decisionTitle(decision, t, format);
  const waiting = decision.status === "proposed";
  const level = riskLevel(decision.risk_score);
  return (
    <li
      ref={row}
      className={cx(
        "motion-hover relative scroll-mt-16 rounded-row border",
        chosen ? "border-accent bg-accent-soft" : "border-line bg-surface hover:border-line-strong",
      )}
    >
      <button
        type="button"
        aria-current={chosen || undefined}
        onClick={() => onOpen(decision.id)}
        className={cx(
          "block min-h-11 w-full rounded-row px-3 py-2.5 text-left",
          waiting && "pr-11",
        )}
      >
        <span className="flex items-baseline justify-between gap-3">
          <span className="min-w-0 text-pretty">{title}</span>
          <span className="shrink-0 text-dense tabular-nums">
            <Stake decision={decision} />
          </span>
        </span>
        <span className="mt-1 flex items-center justify-between gap-3 text-meta text-muted">
          {waiting ? (
            <ToneWord tone={RISK_TONE[level]}>{t(`risk.${level}`)}</ToneWord>
          ) : (
            <ToneWord tone={statusTone(decision.status)} busy={isUnderWay(decision.status)}>
              {t(`status.${decision.status}`)}
            </ToneWord>
          )}
          <Age at={waiting ? decision.created_at : (decision.decided_at ?? decision.created_at)} />
        </span>
      </button>
      {waiting && (
        <label className="absolute top-1/2 right-1 flex size-9 -translate-y-1/2 cursor-pointer items-center justify-center max-md:size-11">
          <input
            type="checkbox"
            checked={picked}
            aria-label={t("approvals.pick", { title })}
            onChange={() => onToggle(decision.id)}
            className="size-4 accent-accent"
          />
        </label>
      )}
    </li>
  );
}
