/** The forecast with its legend and words; the plotting library comes after the page. */
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { Forecast as ForecastData } from "@/api/types";
import { Empty } from "@/ui/states";

const ForecastChart = lazy(() => import("./ForecastChart"));

interface ForecastProps {
  forecast: ForecastData;
  label: string;
  height?: number;
}

export function Forecast({ forecast, label, height = 280 }: ForecastProps) {
  const { t } = useTranslation();
  if (forecast.points.length === 0) return <Empty title={t("forecast.none")} />;
  const stockouts = forecast.points.reduce((days, point) => days + point.stockout_days, 0);
  return (
    <>
      <Suspense fallback={<div style={{ height }} />}>
        <ForecastChart forecast={forecast} label={label} height={height} />
      </Suspense>
      {stockouts > 0 && (
        <p className="mt-1 text-caption text-muted">
          {t("forecast.stockouts", { count: stockouts })}
        </p>
      )}
    </>
  );
}

export function ForecastLegend() {
  const { t } = useTranslation();
  return (
    <span className="flex flex-wrap items-center gap-x-4 text-meta">
      <span className="flex items-center gap-1.5">
        <span aria-hidden="true" className="h-0.5 w-3 bg-accent" /> {t("forecast.sold")}
      </span>
      <span className="flex items-center gap-1.5">
        <span aria-hidden="true" className="w-4 border-t-2 border-dashed border-accent" />{" "}
        {t("forecast.expected")}
      </span>
      <span className="flex items-center gap-1.5">
        <span aria-hidden="true" className="size-2.5 bg-accent/30" /> {t("forecast.interval")}
      </span>
    </span>
  );
}
