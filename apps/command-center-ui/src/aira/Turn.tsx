/** One message and everything AIRA answered to it. */
import { CircleAlert, Copy, RotateCcw } from "lucide-react";
import { memo, type ReactNode, useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Moment } from "@/ui/Time";
import { sayDone } from "@/ui/toast";
import { ApprovalCard } from "./ApprovalCard";
import { Footnotes, footnoteId } from "./Footnotes";
import { Markdown } from "./Markdown";
import type { AnswerError, Usage, View } from "./protocol";
import { ToolCard } from "./ToolCard";
import { spoken, type ToolPart, type TurnView } from "./turn";

interface TurnProps {
  turn: TurnView;
  /** Puts a text into the field again. */
  onAgain: (text: string) => void;
  /** Says a command at once; absent while AIRA answers. */
  onMore?: ((command: string) => void) | undefined;
}

/** More tools than this and their results fold, so that the answer itself stays in sight. */
const OPEN_TOOLS = 2;

export const Turn = memo(function Turn({ turn, onAgain, onMore }: TurnProps) {
  const { t } = useTranslation();
  const answering = turn.status === "answering";
  const known = useMemo(() => new Set(turn.citations.map((each) => each.n)), [turn.citations]);
  const footnote = useCallback(
    (n: number) => (known.has(n) ? footnoteId(turn.id, n) : null),
    [known, turn.id],
  );
  const tools = turn.parts.filter((part) => part.kind === "tool").length;
  const withoutTables = turn.mode === "command" && showsRows(turn);
  return (
    <article
      aria-label={t("aira.turnLabel", { text: turn.text.slice(0, 80) })}
      aria-busy={answering || undefined}
      data-turn={turn.id}
      data-status={turn.status}
      className="space-y-3"
    >
      <Said text={turn.text} at={turn.at} />
      <div className="space-y-3">
        <p className="caps text-accent" aria-hidden="true">
          AIRA
        </p>
        {turn.parts.map((part): ReactNode => {
          switch (part.kind) {
            case "text":
              return (
                <Markdown
                  key={part.key}
                  text={part.text}
                  footnote={footnote}
                  withoutTables={withoutTables}
                />
              );
            case "tool":
              return (
                <ToolCard
                  key={part.key}
                  part={part}
                  answering={answering}
                  open={opensIn(turn, part, tools)}
                  onMore={onMore}
                />
              );
            case "approval":
              return <ApprovalCard key={part.key} approval={part.approval} />;
            case "compacted":
              return <Aside key={part.key}>{t("aira.compacted", { count: part.turns })}</Aside>;
            case "restarted":
              return <Aside key={part.key}>{t("aira.restarted")}</Aside>;
            default:
              return null;
          }
        })}
        {answering && turn.parts.length === 0 && <Thinking />}
        {turn.error && <Problem error={turn.error} onAgain={() => onAgain(turn.text)} />}
        <Footnotes turn={turn.id} citations={turn.citations} />
        {!answering && <Foot turn={turn} />}
      </div>
    </article>
  );
});

/** Whether a tool of this turn has shown its rows: then the answer need not list them again. */
function showsRows(turn: TurnView): boolean {
  return turn.parts.some((part) => part.kind === "tool" && hasRows(part.result?.view ?? null));
}

function hasRows(view: View | null): boolean {
  return view?.type === "table" || view?.type === "series";
}

/** A command's answer says single facts in words; rows show where the tool is. */
function opensIn(turn: TurnView, part: ToolPart, tools: number): boolean {
  if (turn.mode === "command") return hasRows(part.result?.view ?? null);
  return tools <= OPEN_TOOLS;
}

export function Said({ text, at }: { text: string; at?: string }) {
  const { t } = useTranslation();
  return (
    <div className="ml-auto w-fit max-w-[85%] rounded-card border border-line bg-raised px-3 py-2">
      <p className="flex items-baseline justify-between gap-4 text-caption text-muted">
        <span>{t("aira.you")}</span>
        {at && <Moment at={at} />}
      </p>
      <p className="max-h-80 overflow-y-auto text-body break-words whitespace-pre-wrap">{text}</p>
    </div>
  );
}

function Thinking() {
  const { t } = useTranslation();
  return (
    <p className="flex items-center gap-2 text-dense text-muted">
      <span aria-hidden="true" className="size-2 animate-pulse-slow rounded-full bg-accent" />
      {t("aira.thinking")}
    </p>
  );
}

function Aside({ children }: { children: ReactNode }) {
  return <p className="border-l-2 border-line-strong pl-3 text-meta text-muted">{children}</p>;
}

function Problem({ error, onAgain }: { error: AnswerError; onAgain: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const byUser = error.slug === "cancelled";
  if (byUser) return <Aside>{t("aira.cancelled")}</Aside>;
  return (
    <div data-error={error.slug} className="rounded-row border border-bad px-3 py-2 text-dense">
      <p className="flex items-start gap-2">
        <CircleAlert size={16} aria-hidden="true" className="mt-px shrink-0 text-bad" />
        <span>{error.detail || error.title}</span>
      </p>
      {error.remedy && <p className="mt-1 pl-6 whitespace-pre-wrap text-muted">{error.remedy}</p>}
      <p className="mt-2 flex flex-wrap items-center gap-3 pl-6">
        <Button small icon={<RotateCcw size={16} aria-hidden="true" />} onClick={onAgain}>
          {t("aira.again")}
        </Button>
        {typeof error.retry_after === "number" && (
          <span className="text-meta text-muted">
            {t("aira.retryAfter", { wait: format.duration(error.retry_after * 1000) })}
          </span>
        )}
      </p>
    </div>
  );
}

/** What the answer took, and the answer to take away. */
function Foot({ turn }: { turn: TurnView }) {
  const { t } = useTranslation();
  const text = spoken(turn).trim();
  const copies = Boolean(text) && Boolean(navigator.clipboard);
  if (!turn.usage && !copies) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-4 text-caption text-muted">
      {turn.usage && <UsageLine usage={turn.usage} />}
      {copies && (
        <button
          type="button"
          className="inline-flex items-center gap-1.5 hover:text-fg max-md:min-h-11"
          onClick={() =>
            void navigator.clipboard.writeText(text).then(() => sayDone(t("aira.copied")))
          }
        >
          <Copy size={16} aria-hidden="true" />
          {t("aira.copy")}
        </button>
      )}
    </div>
  );
}

// One answer costs fractions of a cent.
const COST_DIGITS = 6;

function UsageLine({ usage }: { usage: Usage }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <span data-usage={usage.model}>
      {usage.model} ·{" "}
      {usage.input_tokens === null || usage.output_tokens === null
        ? t("aira.tokensUnknown")
        : t("aira.tokens", {
            in: format.count(usage.input_tokens),
            out: format.count(usage.output_tokens),
          })}
      {" · "}
      {format.duration(usage.seconds * 1000)}
      {" · "}
      {usage.cost ? format.money(usage.cost, { belowCent: COST_DIGITS }) : t("aira.costUnknown")}
    </span>
  );
}
