/** Writes a segment's rule: the members are counted, or the fault is shown, while one types. */
import { type FormEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCustomerFacts } from "@/api/customer-facts";
import { useSegmentPreview } from "@/api/segment-preview";
import { useRemoveSegment, useSaveSegment } from "@/api/segments";
import type { RuleFault, Segment } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { HoldButton } from "@/ui/HoldButton";
import { QueryView } from "@/ui/QueryView";
import { sayDone } from "@/ui/toast";

const TYPING_MS = 250;
const LONGEST_NAME = 80;
const LONGEST_RULE = 2000;

interface SegmentBuilderProps {
  edited: Segment | null;
  onSaved: (segment: Segment) => void;
  onRemoved: () => void;
}

export function SegmentBuilder({ edited, onSaved, onRemoved }: SegmentBuilderProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(edited?.name ?? "");
  const [rule, setRule] = useState(edited?.rule ?? "");
  const settled = useSettled(rule.trim());
  const preview = useSegmentPreview(settled);
  const save = useSaveSegment(edited);
  const remove = useRemoveSegment();
  const id = useId();
  const isCurrent = settled === rule.trim() && !preview.isPlaceholderData;
  const fault = settled && isCurrent ? (preview.data?.fault ?? null) : null;
  const ready = name.trim() !== "" && isCurrent && preview.data?.members != null;
  const problem = save.error ?? remove.error;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    save.mutate(
      { name: name.trim(), rule: rule.trim() },
      {
        onSuccess: (segment) => {
          sayDone(t("customers.segments.saved", { name: segment.name }));
          onSaved(segment);
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <label className="block text-dense">
        {t("customers.segments.name")}
        <input
          value={name}
          maxLength={LONGEST_NAME}
          onChange={(event) => setName(event.target.value)}
          className="mt-1 h-9 w-full rounded-control border border-line-strong bg-surface px-2 text-body max-md:h-11 max-md:text-lead"
        />
      </label>
      <div>
        <label htmlFor={id} className="block text-dense">
          {t("customers.segments.rule")}
        </label>
        <textarea
          id={id}
          rows={3}
          value={rule}
          maxLength={LONGEST_RULE}
          spellCheck={false}
          autoCapitalize="off"
          aria-invalid={fault ? true : undefined}
          aria-describedby={`${id}-count`}
          onChange={(event) => setRule(event.target.value)}
          className={cx(
            "mt-1 w-full rounded-control border bg-surface p-2 font-mono text-dense max-md:text-lead",
            fault ? "border-bad" : "border-line-strong",
          )}
        />
        <div id={`${id}-count`} role="status" className="mt-1 min-h-5 text-meta text-muted">
          {settled === "" ? (
            t("customers.segments.ruleHint")
          ) : fault ? (
            <Fault rule={settled} fault={fault} />
          ) : preview.error && !preview.data ? (
            <span className="text-bad">{preview.error.message}</span>
          ) : (
            <Count preview={preview.data} isCurrent={isCurrent} />
          )}
        </div>
      </div>
      <Vocabulary />
      {problem && (
        <p role="alert" className="text-dense text-bad">
          {problem.message} {problem.remedy}
        </p>
      )}
      <div className="flex flex-wrap items-center justify-between gap-2">
        {edited ? (
          <HoldButton
            holding={t("customers.segments.holdToRemove")}
            onHeld={() =>
              remove.mutate(edited, {
                onSuccess: () => {
                  sayDone(t("customers.segments.removed", { name: edited.name }));
                  onRemoved();
                },
              })
            }
          >
            {t("customers.segments.remove")}
          </HoldButton>
        ) : (
          <span />
        )}
        <Button type="submit" variant="primary" disabled={!ready || save.isPending}>
          {t("customers.segments.save")}
        </Button>
      </div>
    </form>
  );
}

interface CountProps {
  preview: { members: number | null; customers: number } | undefined;
  isCurrent: boolean;
}

function Count({ preview, isCurrent }: CountProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!isCurrent || preview?.members == null) return <>{t("customers.segments.counting")}</>;
  return (
    <span className="text-fg">
      {t("customers.segments.members", {
        members: format.count(preview.members),
        customers: format.count(preview.customers),
      })}
    </span>
  );
}

/** What is wrong, and the part of the rule it is about. */
function Fault({ rule, fault }: { rule: string; fault: RuleFault }) {
  const { t } = useTranslation();
  const { position, length, reason } = fault;
  return (
    <span className="text-bad">
      {t("customers.segments.fault", { position: position + 1, reason })}
      <code className="mt-1 block break-words text-muted">
        {rule.slice(Math.max(position - 24, 0), position)}
        <mark className="bg-transparent text-bad underline decoration-2 underline-offset-2">
          {rule.slice(position, position + length) || "·"}
        </mark>
        {rule.slice(position + length, position + length + 24)}
      </code>
    </span>
  );
}

function Vocabulary() {
  const { t } = useTranslation();
  const query = useCustomerFacts();
  return (
    <details className="text-dense">
      <summary className="cursor-pointer text-muted">{t("customers.segments.facts")}</summary>
      <p className="my-2 text-meta text-muted">{t("customers.segments.grammar")}</p>
      <QueryView query={query}>
        {({ data, currency }) => (
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-meta">
            {data.map(({ name, kind, meaning }) => (
              <div key={name} className="contents">
                <dt className="font-mono">{name}</dt>
                <dd className="text-muted">
                  {t(`customers.fact.${name}` as "customers.fact.orders", {
                    defaultValue: meaning,
                  })}
                  {" · "}
                  {t(`customers.segments.takes.${kind}`, { currency })}
                </dd>
              </div>
            ))}
          </dl>
        )}
      </QueryView>
    </details>
  );
}

/** The text once nothing was typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
