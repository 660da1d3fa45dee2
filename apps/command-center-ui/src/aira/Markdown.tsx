/**
 * Markdown as elements, never as HTML: what a model or a product's title says cannot become markup.
 * Pictures are named instead of fetched, so no answer can call an address by being read.
 */
import { Link } from "@tanstack/react-router";
import { Lexer, type Token, type Tokens } from "marked";
import { Fragment, memo, type ReactNode } from "react";
import { cx } from "@/ui/cx";
import { Scrollable } from "@/ui/Scrollable";

interface MarkdownProps {
  text: string;
  /** Where `[n]` leads; null when there is no such source. */
  footnote: (n: number) => string | null;
  /** Leaves tables out: what they say is shown as a view already. */
  withoutTables?: boolean;
}

type Footnote = MarkdownProps["footnote"];

export function Markdown({ text, footnote, withoutTables = false }: MarkdownProps) {
  const tokens = Lexer.lex(text).filter((token) => !(withoutTables && token.type === "table"));
  return (
    <div className="space-y-3 text-body break-words">
      {tokens.map((token, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks only grow at the end
        <Block key={index} token={token} raw={token.raw} footnote={footnote} />
      ))}
    </div>
  );
}

interface BlockProps {
  token: Token;
  raw: string;
  footnote: Footnote;
}

/** While an answer grows, only its last block is drawn again. */
const Block = memo(
  ({ token, footnote }: BlockProps) => block(token as Tokens.Generic & Token, footnote),
  (before, after) => before.raw === after.raw && before.footnote === after.footnote,
);

function block(token: Token, footnote: Footnote): ReactNode {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "hr":
      return <hr className="border-line" />;
    case "heading": {
      // The page has its h1 and the answer its h2: what is inside starts below.
      const Level = `h${Math.min(token.depth + 2, 6)}` as "h3";
      return <Level className="text-lead">{inline(token.tokens ?? [], footnote)}</Level>;
    }
    case "code":
      return (
        <Scrollable label={token.lang || "text"} className="bg-raised p-3">
          <pre className="font-mono text-meta">{token.text}</pre>
        </Scrollable>
      );
    case "blockquote":
      return (
        <blockquote className="space-y-2 border-l-2 border-line-strong pl-3 text-muted">
          {blocks(token.tokens ?? [], footnote)}
        </blockquote>
      );
    case "list":
      return <MarkdownList list={token as Tokens.List} footnote={footnote} />;
    case "table":
      return <MarkdownTable table={token as Tokens.Table} footnote={footnote} />;
    case "paragraph":
      return <p>{inline(token.tokens ?? [], footnote)}</p>;
    case "text":
      return <p>{token.tokens ? inline(token.tokens, footnote) : token.raw}</p>;
    default:
      return <p className="whitespace-pre-wrap">{token.raw.trimEnd()}</p>;
  }
}

function blocks(tokens: Token[], footnote: Footnote): ReactNode {
  return tokens.map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the text has no other identity
    <Fragment key={index}>{block(token, footnote)}</Fragment>
  ));
}

function MarkdownList({ list, footnote }: { list: Tokens.List; footnote: Footnote }) {
  const Kind = list.ordered ? "ol" : "ul";
  return (
    <Kind
      {...(list.ordered && typeof list.start === "number" ? { start: list.start } : {})}
      className={cx("space-y-1 pl-5", list.ordered ? "list-decimal" : "list-disc")}
    >
      {list.items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the text has no other identity
        <li key={index} className="space-y-1 marker:text-muted">
          {item.tokens.map((token, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the text has no other identity
            <Fragment key={place}>
              {token.type === "text" && "tokens" in token && token.tokens
                ? inline(token.tokens, footnote)
                : block(token, footnote)}
            </Fragment>
          ))}
        </li>
      ))}
    </Kind>
  );
}

const ALIGN = { left: "text-left", right: "text-right tabular-nums", center: "text-center" };

function MarkdownTable({ table, footnote }: { table: Tokens.Table; footnote: Footnote }) {
  const align = (index: number) => ALIGN[table.align[index] ?? "left"];
  return (
    <Scrollable label={table.header.map((cell) => cell.text).join(", ")}>
      <table className="w-full border-collapse text-dense">
        <thead>
          <tr className="text-meta text-muted">
            {table.header.map((cell, index) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other identity
                key={index}
                scope="col"
                className={cx("border-b border-line px-3 py-1.5 font-medium", align(index))}
              >
                {inline(cell.tokens, footnote)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity
            <tr key={line} className="border-b border-line last:border-b-0">
              {row.map((cell, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other identity
                <td key={index} className={cx("px-3 py-1.5", align(index))}>
                  {inline(cell.tokens, footnote)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  );
}

function inline(tokens: Token[], footnote: Footnote): ReactNode {
  return tokens.map((token, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the text has no other identity
    <Fragment key={index}>{span(token, footnote)}</Fragment>
  ));
}

function span(token: Token, footnote: Footnote): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong className="font-semibold">{inline(token.tokens ?? [], footnote)}</strong>;
    case "em":
      return <em>{inline(token.tokens ?? [], footnote)}</em>;
    case "del":
      return <del>{inline(token.tokens ?? [], footnote)}</del>;
    case "codespan":
      return (
        <code className="rounded-control bg-raised px-1 font-mono text-meta">{token.text}</code>
      );
    case "br":
      return <br />;
    case "image":
      return `${token.text || token.href}`;
    case "link":
      return <MarkdownLink href={token.href}>{inline(token.tokens ?? [], footnote)}</MarkdownLink>;
    case "escape":
      return token.text;
    case "text":
      return token.tokens ? (
        inline(token.tokens, footnote)
      ) : (
        <Said text={token.text} footnote={footnote} />
      );
    default:
      return token.raw;
  }
}

/** Words, in which `[2]` leads to the second source. */
function Said({ text, footnote }: { text: string; footnote: Footnote }) {
  return text.split(/(\[\d{1,3}\])/).map((piece, index) => {
    const n = Number(/^\[(\d{1,3})\]$/.exec(piece)?.[1] ?? Number.NaN);
    const target = Number.isNaN(n) ? null : footnote(n);
    if (!target) return piece;
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the text has no other identity
      <sup key={index}>
        <a
          href={`#${target}`}
          onClick={(event) => {
            event.preventDefault();
            goTo(target);
          }}
          className="px-0.5 text-caption text-accent hover:underline"
        >
          [{n}]
        </a>
      </sup>
    );
  });
}

/** The address stays the page's own: a source is a place in it, not a page. */
function goTo(id: string): void {
  const source = document.getElementById(id);
  source?.scrollIntoView({ block: "nearest" });
  source?.focus();
}

const LINK = "text-accent underline underline-offset-2";

/** Pages of ours open here; other sites show where they are, and only over http. */
export function MarkdownLink({ href, children }: { href: string; children: ReactNode }) {
  if (/^\/(?!\/)/.test(href)) {
    return (
      <Link to={href as never} className={LINK}>
        {children}
      </Link>
    );
  }
  const host = hostOf(href);
  if (!host) return children;
  return (
    <>
      <a href={href} target="_blank" rel="noopener noreferrer nofollow" className={LINK}>
        {children}
      </a>{" "}
      <span className="text-meta text-muted">({host})</span>
    </>
  );
}

function hostOf(href: string): string | null {
  try {
    const { protocol, host } = new URL(href);
    return protocol === "https:" || protocol === "http:" ? host : null;
  } catch {
    return null;
  }
}
