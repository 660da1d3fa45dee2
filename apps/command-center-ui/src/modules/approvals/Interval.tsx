/** The predicted effect with its 80 % interval, drawn against zero. */
import { useTranslation } from "react-i18next";
import type { DecisionDetail } from "@/api/types";
import { useFormat } from "@/format/use-format";

type Prediction = NonNullable<DecisionDetail["prediction"]>;

const WIDTH = 600;

export function Interval({ prediction }: { prediction: Prediction }) {
  const { t } = useTranslation();
  const format = useFormat();
  const show = (value: string) =>
    format.quantity(value, prediction.unit, { signed: true, digits: 1 });
  const [low, point, high] = [prediction.low, prediction.point, prediction.high].map(Number) as [
    number,
    number,
    number,
  ];
  const from = Math.min(low, 0);
  const to = Math.max(high, 0);
  const x = (value: number) => 4 + ((value - from) / (to - from || 1)) * (WIDTH - 8);
  const metric = t(`metric.${prediction.metric}` as "metric.contribution", {
    defaultValue: prediction.metric.replaceAll("_", " "),
  });
  return (
    <div className="mt-4">
      <p className="text-meta text-muted">
        {t("decision.predicted", { metric, days: prediction.horizon_days })}
      </p>
      <p className="mt-0.5 tabular-nums">
        <span className="text-lead">{show(prediction.point)}</span>{" "}
        <span className="text-muted">
          {t("decision.interval", { low: show(prediction.low), high: show(prediction.high) })}
        </span>
      </p>
      <svg
        viewBox={`0 0 ${WIDTH} 18`}
        preserveAspectRatio="none"
        className="mt-1 h-[18px] w-full"
        aria-hidden="true"
      >
        <line x1={0} x2={WIDTH} y1={9} y2={9} className="stroke-line" />
        <rect
          x={x(low)}
          y={4}
          width={Math.max(x(high) - x(low), 2)}
          height={10}
          rx={3}
          className="fill-accent"
          fillOpacity={0.25}
        />
        <line
          x1={x(0)}
          x2={x(0)}
          y1={0}
          y2={18}
          className="stroke-line-strong"
          strokeDasharray="2 2"
        />
        <rect x={x(point) - 1.5} y={2} width={3} height={14} rx={1} className="fill-accent" />
      </svg>
    </div>
  );
}
