/** One factor: its name and weight, a bar, and what it rests on. */
import { useTranslation } from "react-i18next";
import type { Factor } from "@/api/types";

export function FactorBar({ factor }: { factor: Factor }) {
  const { t } = useTranslation();
  const { score } = factor;
  return (
    <div>
      <dt className="flex justify-between text-dense">
        <span>
          {t(`research.factor.${factor.name}`)}{" "}
          <span className="text-muted">{Math.round(factor.weight * 100)} %</span>
        </span>
        <span className="tabular-nums">
          {score === null ? t("research.unknown") : score.toFixed(2)}
        </span>
      </dt>
      <dd>
        <span aria-hidden="true" className="block h-1.5 rounded-full bg-line">
          <span
            className="block h-full rounded-full bg-accent"
            style={{ width: `${Math.round((score ?? 0) * 100)}%` }}
          />
        </span>
        <span className="text-meta text-muted">{factor.detail}</span>
      </dd>
    </div>
  );
}
