/** Figures over time as lines, with the same figures as a table for those who do not see it. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import { isCurrency } from "@/format/money";
import { type Format, useFormat } from "@/format/use-format";
import { useShownTheme } from "@/preferences/store";
import { axes, HUES, token } from "./plot";

interface SeriesChartProps {
  rows: Record<string, unknown>[];
  /** The key of the time in a row: a date or a moment. */
  x: string;
  ys: string[];
  unit: string;
  label: string;
  height: number;
  /** The keys of what is expected of coming rows: dashed, its interval as a band. */
  ahead?: { expected: string; low: string; high: string } | undefined;
}

/** Drawing reads amounts as numbers; the table keeps them exact. */
function figure(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  if (typeof value === "string" && value !== "") return value;
  if (typeof value === "object" && value !== null && "amount" in value) return String(value.amount);
  return null;
}

function all({ ys, ahead }: SeriesChartProps): string[] {
  return ahead ? [...ys, ahead.expected, ahead.low, ahead.high] : ys;
}

function columns(props: SeriesChartProps): [number[], ...(number | null)[][]] {
  const { rows, x } = props;
  const read = (value: string | null) => (value === null ? null : Number(value));
  return [
    rows.map((row) => Date.parse(String(row[x])) / 1000),
    ...all(props).map((y) => rows.map((row) => read(figure(row[y])))),
  ];
}

function options(props: SeriesChartProps, width: number, format: Format): uPlot.Options {
  const accent = token("accent");
  const dashed = { stroke: accent, width: 1.75, dash: [5, 4], points: { show: false } };
  const edge = { stroke: "transparent", points: { show: false } };
  const last = props.ys.length;
  return {
    width,
    height: props.height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 20, 0, 0],
    scales: { x: { time: true } },
    tzDate: (timestamp) => uPlot.tzDate(new Date(timestamp * 1000), "Etc/UTC"),
    axes: axes(format),
    series: [
      {},
      ...props.ys.map((_, index) => ({
        stroke: token(HUES[index % HUES.length] ?? "accent"),
        width: 1.75,
        points: { show: props.rows.length < 3 },
        spanGaps: false,
      })),
      ...(props.ahead ? [dashed, edge, edge] : []),
    ],
    ...(props.ahead ? { bands: [{ series: [last + 3, last + 2], fill: `${accent}2e` }] } : {}),
  };
}

export default function SeriesChart(props: SeriesChartProps) {
  const { rows, x, unit, label, height } = props;
  const ys = all(props);
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const format = useFormat();
  const theme = useShownTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the tokens that options() reads; rows stand for the rest
  useEffect(() => {
    const element = box.current;
    // Without a canvas (text browsers, some tests) the table below still says it all.
    if (!element || !globalThis.Path2D) return;
    const width = () => Math.max(element.clientWidth, 240);
    const plot = new uPlot(options(props, width(), format), columns(props), element);
    const observer = new ResizeObserver(() => plot.setSize({ width: width(), height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [rows, height, format, theme]);

  const unitName = isCurrency(unit) ? unit : format.unit(unit);
  const named = (y: string) => y.replaceAll("_", " ");
  const shown = (row: Record<string, unknown>, y: string) => {
    const value = figure(row[y]);
    return value === null ? t("state.none") : format.quantity(value, unit);
  };
  const when = (row: Record<string, unknown>) => {
    const text = String(row[x]);
    return /^\d{4}-\d{2}-\d{2}$/.test(text) ? format.date(text) : format.dateTime(text);
  };
  return (
    <figure aria-label={label} className="relative">
      <figcaption aria-hidden="true" className="flex flex-wrap gap-x-4 text-meta text-muted">
        {props.ys.map((y, index) => (
          <span key={y} className="inline-flex items-center gap-2">
            <span
              className="h-0.5 w-3"
              style={{ background: `var(--c-${HUES[index % HUES.length]})` }}
            />
            {named(y)}
            {unitName && `, ${unitName}`}
          </span>
        ))}
        {props.ahead && (
          <span className="inline-flex items-center gap-2">
            <span className="w-3 border-accent border-t-2 border-dashed" />
            {named(props.ahead.expected)}
          </span>
        )}
      </figcaption>
      <div ref={box} style={{ minHeight: height }} aria-hidden="true" />
      {/* A table cannot be made small by itself: its box hides it. */}
      <div className="sr-only">
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">{t("aira.when")}</th>
              {ys.map((y) => (
                <th key={y} scope="col">
                  {named(y)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={String(row[x])}>
                <th scope="row">{when(row)}</th>
                {ys.map((y) => (
                  <td key={y}>{shown(row, y)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
