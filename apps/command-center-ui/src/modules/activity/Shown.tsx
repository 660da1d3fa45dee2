/** What a model was shown in one call: the very texts, for who may see them. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useModelCall } from "@/api/model-calls";
import { useMay } from "@/api/session";
import type { ModelCall } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { QueryView } from "@/ui/QueryView";
import { Scrollable } from "@/ui/Scrollable";

export function Shown({ callId }: { callId: string }) {
  const { t } = useTranslation();
  const may = useMay("models:read");
  if (!may) return <p className="mt-2 text-muted">{t("activity.model.notAllowed")}</p>;
  return <Call callId={callId} />;
}

function Call({ callId }: { callId: string }) {
  const query = useModelCall(callId);
  return <QueryView query={query}>{(call) => <Texts call={call} />}</QueryView>;
}

// One call costs fractions of a cent.
const COST_DIGITS = 6;

/** How the call ended and what it took; what nobody knows is said to be unknown, never zero. */
function Took({ call }: { call: ModelCall }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (call.outcome === null) return <span>{t("activity.model.noEnd")}</span>;
  const took = format.duration(call.milliseconds ?? 0);
  const first = call.first_token_milliseconds;
  return (
    <>
      {call.answered_by && call.answered_by !== call.model && (
        <span>{t("activity.model.answeredBy", { model: call.answered_by })}</span>
      )}
      {call.outcome !== "ok" && <span>{t("activity.model.ended", { outcome: call.outcome })}</span>}
      <span>
        {call.input_tokens === null || call.output_tokens === null
          ? t("activity.model.tokensUnknown")
          : t("activity.model.tokens", {
              in: format.count(call.input_tokens),
              out: format.count(call.output_tokens),
            })}
      </span>
      <span>
        {call.cost
          ? t("activity.model.cost", { value: format.money(call.cost, { belowCent: COST_DIGITS }) })
          : t("activity.model.costUnknown")}
      </span>
      <span>
        {first === null
          ? t("activity.model.took", { value: took })
          : t("activity.model.tookFirst", { value: took, first: format.duration(first) })}
      </span>
    </>
  );
}

function Texts({ call }: { call: ModelCall }) {
  const { t } = useTranslation();
  const format = useFormat();
  const hidden = Object.entries(call.hidden).filter(([, count]) => count > 0);
  return (
    <section aria-label={t("activity.model.title")} className="mt-2 space-y-2">
      <p className="flex flex-wrap gap-x-5 gap-y-1 text-muted">
        <span className="font-mono">{call.model}</span>
        <Took call={call} />
        <span>{t("activity.model.characters", { value: format.count(call.characters) })}</span>
        <span>
          {hidden.length === 0
            ? t("activity.model.nothingHidden")
            : t("activity.model.hidden", {
                fields: hidden.map(([field, count]) => `${field} ${count}`).join(", "),
              })}
        </span>
        {call.about.startsWith("cnv_") && (
          <Link
            to={`/aira/${call.about}` as never}
            className="text-accent underline underline-offset-2 max-md:py-3"
          >
            {t("activity.model.conversation")}
          </Link>
        )}
      </p>
      {call.texts.map((text, index) => (
        <Scrollable
          // biome-ignore lint/suspicious/noArrayIndexKey: what was sent never changes
          key={index}
          label={t("activity.model.text", { number: index + 1 })}
          className="max-h-72 border border-line bg-surface p-3"
        >
          <pre className="font-mono whitespace-pre-wrap break-words">
            {text ?? t("activity.model.erased")}
          </pre>
        </Scrollable>
      ))}
    </section>
  );
}
