/** One segment's rule, part by part, as it came out for one customer. */
import { useTranslation } from "react-i18next";
import type { Explanation } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Tag, type Tone, ToneDot } from "@/ui/Tone";
import { factText } from "./figures";

type Finding = Explanation["findings"][number];
type Outcome = Finding["outcome"];

const TONE = (outcome: Outcome): Tone => (outcome === null ? "muted" : outcome ? "ok" : "bad");

export function Why({ explanation, currency }: { explanation: Explanation; currency: string }) {
  const { t } = useTranslation();
  const { outcome, findings, fault } = explanation;
  const word = outcome === null ? "perhaps" : outcome ? "in" : "out";
  return (
    <li>
      <div className="flex items-baseline justify-between gap-3">
        <h3 className="text-body">{explanation.name}</h3>
        <Tag tone={outcome ? "ok" : "muted"}>{t(`customers.page.${word}`)}</Tag>
      </div>
      {fault && <p className="text-dense text-bad">{t("customers.segments.unreadable")}</p>}
      <ul className="mt-1 space-y-1 text-meta">
        {findings.map((finding, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule may hold the same test twice
          <Part key={place} finding={finding} currency={currency} />
        ))}
      </ul>
    </li>
  );
}

function Part({ finding, currency }: { finding: Finding; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { outcome, depth, kind } = finding;
  const word = outcome === null ? "perhaps" : outcome ? "yes" : "no";
  const actual = kind && factText({ kind, value: finding.actual }, currency, format);
  return (
    <li
      className="flex items-baseline gap-2"
      style={{ paddingInlineStart: `${Math.min(depth, 6) * 16}px` }}
    >
      <ToneDot tone={TONE(outcome)} />
      <span className="min-w-0">
        <code className="break-words">{finding.text}</code>{" "}
        <span className="text-muted">
          {t(`customers.page.${word}`)}
          {kind && ` · ${t("customers.page.is", { value: actual ?? t("customers.unknown") })}`}
        </span>
      </span>
    </li>
  );
}
