/** A tool's result as it asks to be shown: a table, facts, or figures over time. */
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Scrollable } from "@/ui/Scrollable";
import { Markdown, MarkdownLink } from "./Markdown";
import type { Column, SeriesView, TableView, ToolResult } from "./protocol";
import { kindOf, RIGHT, Value } from "./values";

const SeriesChart = lazy(() => import("@/charts/SeriesChart"));

const FIRST_ROWS = 8;

type Row = Record<string, unknown>;

function rowsOf(result: ToolResult["result"], name: string): Row[] {
  const rows = result?.[name];
  return Array.isArray(rows)
    ? rows.filter((row): row is Row => typeof row === "object" && row !== null)
    : [];
}

export function ResultView({ result, title }: { result: ToolResult; title: string }) {
  const { view } = result;
  if (!view) return <Markdown text={result.text ?? ""} footnote={noFootnote} />;
  switch (view.type) {
    case "table":
      return <ResultTable rows={rowsOf(result.result, view.rows)} view={view} label={title} />;
    case "series":
      return <ResultSeries rows={rowsOf(result.result, view.rows)} view={view} label={title} />;
    case "facts":
      return <Facts facts={result.result ?? {}} />;
    default:
      return <Markdown text={result.text ?? ""} footnote={noFootnote} />;
  }
}

const noFootnote = () => null;

function ResultTable({ rows, view, label }: { rows: Row[]; view: TableView; label: string }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  if (rows.length === 0) return <p className="text-dense text-muted">{t("aira.noRows")}</p>;
  const shown = all ? rows : rows.slice(0, FIRST_ROWS);
  return (
    <>
      <Scrollable label={t("aira.rowsOf", { title: label })}>
        <table className="w-full border-collapse text-dense">
          <caption className="sr-only">{label}</caption>
          <thead>
            <tr className="text-left text-meta text-muted">
              {view.columns.map((column) => (
                <th
                  key={column.key}
                  scope="col"
                  className={cx(
                    "border-b border-line px-3 py-1.5 font-medium whitespace-nowrap",
                    RIGHT.has(column.kind) && "text-right",
                  )}
                >
                  {column.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a result's rows never move
              <tr key={index} className="border-b border-line last:border-b-0">
                {view.columns.map((column) => (
                  <td
                    key={column.key}
                    className={cx(
                      "px-3 py-1.5",
                      RIGHT.has(column.kind) && "text-right whitespace-nowrap tabular-nums",
                    )}
                  >
                    <Cell row={row} column={column} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrollable>
      {rows.length > FIRST_ROWS && (
        <Button small variant="plain" className="mt-1" onClick={() => setAll(!all)}>
          {all ? t("aira.fewerRows") : t("aira.allRows", { count: rows.length })}
        </Button>
      )}
    </>
  );
}

/** A value; what names a thing with a page of its own leads there. */
function Cell({ row, column }: { row: Row; column: Column }) {
  const value = <Value value={row[column.key]} kind={column.kind} unit={row.unit} />;
  const id = column.id ? row[column.id] : null;
  if (!column.page || typeof id !== "string" || id === "" || row[column.key] === null) return value;
  return <MarkdownLink href={`/${column.page}/${encodeURIComponent(id)}`}>{value}</MarkdownLink>;
}

function ResultSeries({ rows, view, label }: { rows: Row[]; view: SeriesView; label: string }) {
  const { t } = useTranslation();
  if (rows.length === 0) return <p className="text-dense text-muted">{t("aira.noRows")}</p>;
  return (
    <Suspense fallback={<div className="h-[200px]" />}>
      <SeriesChart rows={rows} x={view.x} ys={view.y} unit={view.unit} label={label} height={200} />
    </Suspense>
  );
}

/** Lists inside one object are counted, not spelled out: they are in the arguments' raw form. */
function Facts({ facts }: { facts: Row }) {
  const { t } = useTranslation();
  const entries = Object.entries(facts).filter(([, value]) => !isNested(value));
  return (
    <dl className="grid grid-cols-[minmax(7rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1 text-dense">
      {entries.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">
            {t(`field.${name}` as "field.price", { defaultValue: name.replaceAll("_", " ") })}
          </dt>
          <dd className="break-words tabular-nums">
            <Value value={value} kind={kindOf(value)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function isNested(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((each) => typeof each === "object" && each !== null);
  return typeof value === "object" && value !== null && !("amount" in value);
}
