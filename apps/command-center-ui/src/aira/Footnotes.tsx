/** The sources of an answer: what each says, the request that gives the same, source and time. */
import { useTranslation } from "react-i18next";
import { MarkdownLink } from "./Markdown";
import type { Citation } from "./protocol";
import { SourceLine } from "./ToolCard";

export function footnoteId(turn: string, n: number): string {
  return `source-${turn}-${n}`;
}

/** `GET /v1/metrics?…` as an address of ours, when it is one that only reads. */
function addressOf(query: string): string | null {
  return /^(?:GET )?(\/v1\/\S+)$/.exec(query)?.[1] ?? null;
}

export function Footnotes({ turn, citations }: { turn: string; citations: readonly Citation[] }) {
  const { t } = useTranslation();
  if (citations.length === 0) return null;
  const ordered = [...citations].sort((a, b) => a.n - b.n);
  return (
    <section aria-label={t("aira.sources")} className="border-t border-line pt-2">
      <ol className="space-y-1.5 text-meta">
        {ordered.map((citation) => (
          <li
            key={citation.n}
            id={footnoteId(turn, citation.n)}
            tabIndex={-1}
            className="grid scroll-mt-16 scroll-mb-40 grid-cols-[1.75rem_minmax(0,1fr)] rounded-control"
          >
            <span className="text-accent">[{citation.n}]</span>
            <span className="min-w-0">
              {citation.link ? (
                <MarkdownLink href={citation.link}>{citation.label}</MarkdownLink>
              ) : (
                citation.label
              )}
              <span className="text-muted">
                {" · "}
                <SourceLine source={citation.source} asOf={citation.as_of} />
              </span>
              {citation.query && <Query query={citation.query} />}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Query({ query }: { query: string }) {
  const { t } = useTranslation();
  const address = addressOf(query);
  const text = <code className="font-mono text-caption break-all">{query}</code>;
  if (!address) return <span className="block text-muted">{text}</span>;
  return (
    <a
      href={address}
      target="_blank"
      rel="noopener"
      title={t("aira.openQuery")}
      className="block text-muted underline decoration-line underline-offset-2 hover:text-fg"
    >
      {text}
    </a>
  );
}
