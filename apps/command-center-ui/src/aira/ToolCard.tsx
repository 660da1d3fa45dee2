/** A tool that was used: what it was asked, what it answered, from where and as of when. */
import { Wrench } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Scrollable } from "@/ui/Scrollable";
import { type Tone, ToneWord } from "@/ui/Tone";
import type { ToolResult } from "./protocol";
import { ResultView } from "./ResultView";
import type { ToolPart } from "./turn";

type ToolState = "running" | "answered" | "failed" | "stopped";

const TONE: Record<ToolState, Tone> = {
  running: "info",
  answered: "ok",
  failed: "bad",
  stopped: "muted",
};

function stateOf(part: ToolPart, answering: boolean): ToolState {
  if (part.result) return part.result.ok ? "answered" : "failed";
  return answering ? "running" : "stopped";
}

interface ToolCardProps {
  part: ToolPart;
  answering: boolean;
  /** Shows the result at once; otherwise it is one press away. */
  open: boolean;
  /** Says the command that gives the next page; absent while that cannot be said. */
  onMore?: ((command: string) => void) | undefined;
}

export function ToolCard({ part, answering, open, onMore }: ToolCardProps) {
  const { t } = useTranslation();
  const state = stateOf(part, answering);
  const { result } = part;
  return (
    <section
      aria-label={`${part.title}, ${t(`aira.tool.${state}`)}`}
      data-tool={part.tool}
      data-state={state}
      className="rounded-row border border-line bg-surface"
    >
      <h3 className="flex items-center gap-2 px-3 py-2 font-sans text-dense font-medium">
        <Wrench size={16} aria-hidden="true" className="shrink-0 text-muted" />
        <span className="min-w-0 flex-1 truncate">{part.title}</span>
        <ToneWord
          tone={TONE[state]}
          busy={state === "running"}
          className="text-meta font-normal text-muted"
        >
          {t(`aira.tool.${state}`)}
        </ToneWord>
      </h3>
      {result && (
        <div className="border-t border-line px-3 py-2.5">
          {result.ok ? (
            <Answered result={result} title={part.title} open={open} onMore={onMore} />
          ) : (
            <Problem problem={result.problem} />
          )}
        </div>
      )}
      <Given part={part} />
    </section>
  );
}

interface AnsweredProps extends Pick<ToolCardProps, "open" | "onMore"> {
  result: ToolResult;
  title: string;
}

function Answered({ result, title, open, onMore }: AnsweredProps) {
  const { t } = useTranslation();
  const { more } = result;
  return (
    <>
      {open ? (
        <ResultView result={result} title={title} />
      ) : (
        <details>
          <summary className="cursor-pointer text-dense text-muted hover:text-fg max-md:py-3">
            {t("aira.showResult")}
          </summary>
          <div className="mt-2">
            <ResultView result={result} title={title} />
          </div>
        </details>
      )}
      <p className="mt-2 flex flex-wrap gap-x-3 text-caption text-muted">
        {result.source && <SourceLine source={result.source} asOf={result.as_of ?? null} />}
      </p>
      {more && (
        <Button
          small
          className="mt-1 max-md:min-h-11"
          aria-label={t("aira.moreOf", { title })}
          disabled={!onMore}
          onClick={() => onMore?.(more)}
        >
          {t("aira.more")}
        </Button>
      )}
    </>
  );
}

export function SourceLine({ source, asOf }: { source: string; asOf: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = t(`aira.source.${source}` as "aira.source.royal", {
    defaultValue: t(`source.${source}` as "source.sandbox", { defaultValue: source }),
  });
  return (
    <span>
      {name}
      {asOf && (
        <>
          {" · "}
          {t("source.asOf")}{" "}
          <time dateTime={asOf} title={format.exact(asOf)} className="whitespace-nowrap">
            {format.dateTime(asOf)}
          </time>
        </>
      )}
    </span>
  );
}

function Problem({ problem }: { problem: ToolResult["problem"] }) {
  const { t } = useTranslation();
  return (
    <div className="text-dense">
      <p className="text-bad">{problem?.detail || problem?.title || t("aira.tool.failed")}</p>
      {problem?.remedy && <p className="mt-0.5 text-muted">{problem.remedy}</p>}
    </div>
  );
}

/** What the tool was asked, and its whole answer as it came. */
function Given({ part }: { part: ToolPart }) {
  const { t } = useTranslation();
  const given = Object.entries(part.arguments).filter(([, value]) => value !== null);
  return (
    <details className="border-t border-line px-3 py-1.5 text-meta">
      <summary className="cursor-pointer text-muted hover:text-fg max-md:py-2.5">
        <span className="font-mono">{part.tool}</span>
        {given.length > 0 && ` · ${t("aira.arguments", { count: given.length })}`}
      </summary>
      <Scrollable label={t("aira.exact")} className="mt-2 max-h-64 bg-raised p-3">
        <pre className="font-mono">
          {JSON.stringify(
            {
              arguments: part.arguments,
              ...(part.result?.result ? { result: part.result.result } : {}),
            },
            null,
            2,
          )}
        </pre>
      </Scrollable>
    </details>
  );
}
