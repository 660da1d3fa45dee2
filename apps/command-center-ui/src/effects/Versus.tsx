/** What was predicted above what was realised, both with their 80 % intervals, against zero. */
import type { Effect } from "@/api/types";

type Estimate = Effect["predicted"];

const WIDTH = 600;
const HEIGHT = 26;

interface VersusProps {
  predicted: Estimate;
  realised: Estimate | null;
  /** The ends of the scale; the same for every row that is to be compared. */
  span: readonly [number, number];
}

/** Pixels may be floats: only the drawing reads the amounts as numbers. */
export function Versus({ predicted, realised, span: [from, to] }: VersusProps) {
  const x = (value: number) => {
    const share = (value - from) / (to - from || 1);
    return 4 + Math.min(Math.max(share, 0), 1) * (WIDTH - 8);
  };
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="h-[26px] w-full"
      aria-hidden="true"
    >
      <line
        x1={x(0)}
        x2={x(0)}
        y1={0}
        y2={HEIGHT}
        className="stroke-line-strong"
        strokeDasharray="2 2"
        vectorEffect="non-scaling-stroke"
      />
      <Bar estimate={predicted} x={x} y={3} tone="fill-accent" />
      {realised && <Bar estimate={realised} x={x} y={15} tone="fill-info" />}
    </svg>
  );
}

interface BarProps {
  estimate: Estimate;
  x: (value: number) => number;
  y: number;
  tone: string;
}

function Bar({ estimate, x, y, tone }: BarProps) {
  const [low, point, high] = [estimate.low, estimate.point, estimate.high].map(Number) as [
    number,
    number,
    number,
  ];
  return (
    <>
      <rect
        x={x(low)}
        y={y}
        width={Math.max(x(high) - x(low), 2)}
        height={8}
        rx={2}
        className={tone}
        fillOpacity={0.3}
      />
      <rect x={x(point) - 2} y={y - 1} width={4} height={10} rx={1} className={tone} />
    </>
  );
}

/** A scale that holds every interval of the given effects, and zero. */
export function spanOf(effects: readonly Pick<Effect, "predicted" | "realised">[]) {
  const ends = effects.flatMap(({ predicted, realised }) =>
    [predicted, realised].flatMap((each) => (each ? [Number(each.low), Number(each.high)] : [])),
  );
  return [Math.min(0, ...ends), Math.max(0, ...ends)] as const;
}
