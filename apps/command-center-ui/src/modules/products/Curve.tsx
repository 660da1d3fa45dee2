/** What would be earned, or sold, at the prices around today's; the same figures as a table below. */
import { useTranslation } from "react-i18next";
import type { WhyPrice } from "@/api/types";
import { useFormat } from "@/format/use-format";

const WIDTH = 560;
const HEIGHT = 192;
const LEFT = 8;
const BOTTOM = 6;
const TOP = 12;

/** Contribution where the cost is known, else units: what is unknown is not drawn as zero. */
export function bandsOf(why: WhyPrice) {
  return why.points.map((point) => ({
    price: point.price,
    ...(point.contribution ?? point.units),
  }));
}

function scales(why: WhyPrice) {
  const bands = bandsOf(why);
  const low = Math.min(0, ...bands.map((band) => band.low));
  const high = Math.max(...bands.map((band) => band.high), low + 1e-9);
  const from = bands[0]?.price ?? 0;
  const to = bands.at(-1)?.price ?? 1;
  const x = (price: number) =>
    LEFT + ((Math.min(Math.max(price, from), to) - from) / (to - from)) * (WIDTH - 2 * LEFT);
  const y = (value: number) => TOP + (1 - (value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  return { bands, x, y };
}

export function Curve({ why, label }: { why: WhyPrice; label: string }) {
  const format = useFormat();
  const { bands, x, y } = scales(why);
  const money = (amount: number) =>
    format.money({ amount: amount.toFixed(2), currency: why.price.currency });
  const at = (value: (band: (typeof bands)[number]) => number) =>
    bands.map((band) => `${x(band.price).toFixed(1)},${y(value(band)).toFixed(1)}`);
  const band = [...at((b) => b.high), ...at((b) => b.low).reverse()].join(" ");
  const now = x(Number(why.price.amount));
  const allowed = [x(Number(why.low)), x(Number(why.high))] as const;
  const proposed = why.proposed ? x(Number(why.proposed.amount)) : null;
  const ends = [bands[0]?.price ?? 0, bands.at(-1)?.price ?? 0] as const;
  return (
    <>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} className="w-full">
        <rect
          x={allowed[0]}
          width={Math.max(allowed[1] - allowed[0], 1)}
          y={TOP}
          height={HEIGHT - TOP - BOTTOM}
          className="fill-line"
          fillOpacity={0.5}
        />
        <line x1={LEFT} x2={WIDTH - LEFT} y1={y(0)} y2={y(0)} className="stroke-line-strong" />
        <polygon points={band} className="fill-accent" fillOpacity={0.18} />
        <polyline
          points={at((b) => b.point).join(" ")}
          className="fill-none stroke-accent"
          strokeWidth={1.75}
        />
        <line x1={now} x2={now} y1={TOP} y2={HEIGHT - BOTTOM} className="stroke-fg" />
        {why.floor !== null && why.floor > ends[0] && (
          <line
            x1={x(why.floor)}
            x2={x(why.floor)}
            y1={TOP}
            y2={HEIGHT - BOTTOM}
            className="stroke-bad"
            strokeDasharray="2 3"
          />
        )}
        {proposed !== null && (
          <line
            x1={proposed}
            x2={proposed}
            y1={TOP}
            y2={HEIGHT - BOTTOM}
            className="stroke-ok"
            strokeWidth={2}
            strokeDasharray="6 3"
          />
        )}
      </svg>
      <p className="flex justify-between text-meta text-muted tabular-nums">
        <span>{money(ends[0])}</span>
        <span>{money(ends[1])}</span>
      </p>
    </>
  );
}

export function CurveLegend({ why }: { why: WhyPrice }) {
  const { t } = useTranslation();
  const entry = "flex items-center gap-1.5";
  return (
    <p className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-meta text-muted">
      <span className={entry}>
        <span aria-hidden="true" className="h-0.5 w-3 bg-accent" />
        {t(why.points[0]?.contribution ? "products.whyContribution" : "products.whyUnits")}
      </span>
      <span className={entry}>
        <span aria-hidden="true" className="h-3 w-px bg-fg" /> {t("products.whyNow")}
      </span>
      {why.proposed && (
        <span className={entry}>
          <span aria-hidden="true" className="h-3 border-l-2 border-dashed border-ok" />
          {t("products.whyProposed")}
        </span>
      )}
      {why.floor !== null && (
        <span className={entry}>
          <span aria-hidden="true" className="h-3 border-l border-dashed border-bad" />
          {t("products.whyFloor")}
        </span>
      )}
      <span className={entry}>
        <span aria-hidden="true" className="h-3 w-4 bg-line" /> {t("products.whyAllowed")}
      </span>
    </p>
  );
}

/** Every fourth price: what the picture shows, for those who do not see it. */
export function CurveTable({ why }: { why: WhyPrice }) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = (amount: number) =>
    format.money({ amount: amount.toFixed(2), currency: why.price.currency });
  const cell = "px-3 py-1 text-right tabular-nums first:pl-0 first:text-left last:pr-0";
  return (
    <details className="mt-3 text-dense">
      <summary className="cursor-pointer text-muted">{t("products.whyTable")}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keyboard */}
      <section className="overflow-x-auto" aria-label={t("products.whyTable")} tabIndex={0}>
        <table className="mt-2 w-full border-collapse whitespace-nowrap">
          <thead>
            <tr className="border-b border-line text-meta text-muted">
              <th scope="col" className={`${cell} font-medium`}>
                {t("products.price")}
              </th>
              <th scope="col" className={`${cell} font-medium`}>
                {t("products.whyUnits")}
              </th>
              <th scope="col" className={`${cell} font-medium`}>
                {t("products.whyContribution")}
              </th>
            </tr>
          </thead>
          <tbody>
            {why.points
              .filter((_, index) => index % 4 === 0)
              .map(({ price, units, contribution }) => (
                <tr key={price} className="border-b border-line last:border-0">
                  <th scope="row" className={`${cell} font-normal`}>
                    {money(price)}
                  </th>
                  <td className={cell}>
                    {t("products.whyBand", {
                      point: format.count(Math.round(units.point)),
                      low: format.count(Math.round(units.low)),
                      high: format.count(Math.round(units.high)),
                    })}
                  </td>
                  <td className={cell}>
                    {contribution
                      ? t("products.whyBand", {
                          point: money(contribution.point),
                          low: money(contribution.low),
                          high: money(contribution.high),
                        })
                      : t("state.unknown")}
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
