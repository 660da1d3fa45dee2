/** A figure's course in one glance; the numbers themselves stand beside it. */
import type { Tone } from "@/ui/Tone";

const STROKE: Record<Tone, string> = {
  ok: "stroke-ok fill-ok",
  warn: "stroke-warn fill-warn",
  bad: "stroke-bad fill-bad",
  info: "stroke-info fill-info",
  accent: "stroke-accent fill-accent",
  muted: "stroke-muted fill-muted",
};

interface SparklineProps {
  values: (string | null)[];
  tone: Tone;
  width?: number;
  height?: number;
}

/** Pixels may be floats: only the drawing reads the amounts as numbers. */
export function Sparkline({ values, tone, width = 84, height = 28 }: SparklineProps) {
  const points = values.flatMap((value, index) =>
    value === null ? [] : [[index, Number(value)] as const],
  );
  if (points.length < 2) return <div style={{ width, height }} />;
  const heights = points.map(([, y]) => y);
  const low = Math.min(...heights);
  const span = Math.max(...heights) - low || 1;
  const x = (index: number) => (index / (values.length - 1)) * (width - 2) + 1;
  const y = (value: number) => height - 3 - ((value - low) / span) * (height - 6);
  const line = points.map(([i, v]) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`).join(" ");
  const first = points[0]?.[0] ?? 0;
  const last = points.at(-1)?.[0] ?? 0;
  return (
    <svg width={width} height={height} aria-hidden="true" className={STROKE[tone]}>
      <polygon
        points={`${x(first)},${height} ${line} ${x(last)},${height}`}
        stroke="none"
        fillOpacity={0.16}
      />
      <polyline points={line} fill="none" strokeWidth={1.25} strokeLinejoin="round" />
    </svg>
  );
}
