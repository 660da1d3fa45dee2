/** How many outcomes the predicted intervals held, with its own interval, against what is wanted. */
import { useTranslation } from "react-i18next";
import type { EffectRecord } from "@/api/types";
import { useFormat } from "@/format/use-format";

type Calibration = NonNullable<EffectRecord["calibration"]>;

const WIDTH = 300;
const WANTED = [0.7, 0.9] as const;

export function Coverage({ calibration }: { calibration: Calibration }) {
  const { t } = useTranslation();
  const format = useFormat();
  const percent = (share: number) => format.percent(String(share * 100), { digits: 0 });
  const x = (share: number) => 2 + share * (WIDTH - 4);
  return (
    <div>
      <p className="text-meta text-muted">{t("effects.coverage")}</p>
      <p className="mt-0.5 tabular-nums">
        <span className="text-lead">{percent(calibration.share)}</span>{" "}
        <span className="text-muted">
          {t("effects.coverageOf", {
            inside: format.count(calibration.inside),
            measured: format.count(calibration.measured),
            low: percent(calibration.share_low),
            high: percent(calibration.share_high),
          })}
        </span>
      </p>
      <svg
        viewBox={`0 0 ${WIDTH} 18`}
        preserveAspectRatio="none"
        className="mt-1 h-[18px] w-full"
        aria-hidden="true"
      >
        <rect
          x={x(WANTED[0])}
          y={1}
          width={x(WANTED[1]) - x(WANTED[0])}
          height={16}
          className="fill-ok"
          fillOpacity={0.18}
        />
        <line x1={0} x2={WIDTH} y1={9} y2={9} className="stroke-line" />
        <rect
          x={x(calibration.share_low)}
          y={6}
          width={Math.max(x(calibration.share_high) - x(calibration.share_low), 2)}
          height={6}
          rx={2}
          className="fill-info"
          fillOpacity={0.35}
        />
        <rect
          x={x(calibration.share) - 1.5}
          y={3}
          width={3}
          height={12}
          rx={1}
          className="fill-info"
        />
      </svg>
      <p className="mt-1 flex justify-between text-caption text-muted tabular-nums">
        <span>{percent(0)}</span>
        <span>{t("effects.wanted", { low: percent(WANTED[0]), high: percent(WANTED[1]) })}</span>
        <span>{percent(1)}</span>
      </p>
      <p className="mt-1 text-meta text-muted">
        {t("effects.noise", { share: percent(calibration.noise_share) })}
      </p>
    </div>
  );
}
