/** Weekly demand: what was sold, and dashed what is or was expected with its 80 % interval. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import type { Forecast } from "@/api/types";
import { type Format, useFormat } from "@/format/use-format";
import { useShownTheme } from "@/preferences/store";
import { axes, token } from "./plot";

interface ForecastChartProps {
  forecast: Forecast;
  height?: number;
  label: string;
}

type Series = (number | null)[];

/** Drawing reads amounts as numbers; the figures beside it stay exact. */
function columns(forecast: Forecast): [number[], Series, Series, Series, Series] {
  const number = (value: string | null): number | null => (value === null ? null : Number(value));
  const { points } = forecast;
  const lastSold = points.findLastIndex((point) => point.units !== null);
  const sold = points.map((point) => number(point.units));
  // The forecast starts where the sold line ends, so the eye can follow it; weeks that are over
  // keep what was expected of them.
  const joined = (pick: (i: number) => number | null): Series =>
    points.map((_, i) => pick(i) ?? (i === lastSold ? (sold[i] ?? null) : null));
  return [
    points.map((point) => Date.parse(`${point.week}T00:00:00Z`) / 1000),
    sold,
    joined((i) => number(points[i]?.expected ?? null)),
    joined((i) => number(points[i]?.low ?? null)),
    joined((i) => number(points[i]?.high ?? null)),
  ];
}

function options(width: number, height: number, format: Format): uPlot.Options {
  const accent = token("accent");
  const line = { stroke: accent, width: 1.75, points: { show: false }, spanGaps: true };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 20, 0, 0],
    scales: { x: { time: true }, y: { range: (_u, _min, max) => [0, Math.max(max * 1.08, 1)] } },
    tzDate: (timestamp) => uPlot.tzDate(new Date(timestamp * 1000), "Etc/UTC"),
    axes: axes(format),
    series: [
      {},
      line,
      { ...line, dash: [5, 4], spanGaps: false },
      { stroke: "transparent", points: { show: false } },
      { stroke: "transparent", points: { show: false } },
    ],
    bands: [{ series: [4, 3], fill: `${accent}2e` }],
  };
}

export default function ForecastChart({ forecast, height = 232, label }: ForecastChartProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const format = useFormat();
  const theme = useShownTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the tokens that options() reads
  useEffect(() => {
    const element = box.current;
    // Without a canvas (text browsers, some tests) the table below still says it all.
    if (!element || !globalThis.Path2D) return;
    const width = () => Math.max(element.clientWidth, 240);
    const plot = new uPlot(options(width(), height, format), columns(forecast), element);
    const observer = new ResizeObserver(() => plot.setSize({ width: width(), height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [forecast, height, format, theme]);

  const coming = forecast.points.filter((point) => point.units === null).slice(0, 8);
  return (
    <figure aria-label={label}>
      <div ref={box} style={{ minHeight: height }} aria-hidden="true" />
      {/* A table is as wide as its cells even when it is hidden: what holds it is clipped. */}
      <div className="sr-only">
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">{t("forecast.week")}</th>
              <th scope="col">{t("forecast.expected")}</th>
              <th scope="col">{t("forecast.interval")}</th>
            </tr>
          </thead>
          <tbody>
            {coming.map((point) => (
              <tr key={point.week}>
                <th scope="row">{format.date(point.week)}</th>
                <td>{format.decimal(point.expected ?? "", { digits: 0 })}</td>
                <td>
                  {format.decimal(point.low ?? "", { digits: 0 })} –{" "}
                  {format.decimal(point.high ?? "", { digits: 0 })}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
