/** The window's totals by the dimension's values; a row narrows the question to its value. */
import { useTranslation } from "react-i18next";
import type { Explored, ExploredSlice } from "@/api/types";
import { signOf } from "@/format/money";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { cx } from "@/ui/cx";
import { Scrollable } from "@/ui/Scrollable";
import { shown, sliceName } from "./words";

interface SlicesProps {
  found: Explored;
  title: string;
  onNarrow: (slice: ExploredSlice) => void;
}

export function Slices({ found, title, onNarrow }: SlicesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card title={title} className="mt-4">
      <Scrollable label={title} className="max-h-[60dvh]">
        <table className="w-full text-dense tabular-nums">
          <thead className="sticky top-0 bg-surface text-left text-meta text-muted">
            <tr>
              <th className="px-3 py-2 font-normal">{t("analytics.value")}</th>
              <th className="px-3 py-2 text-right font-normal">{t("analytics.total")}</th>
              <th className="px-3 py-2 text-right font-normal max-md:hidden">
                {t("analytics.compared")}
              </th>
              <th className="px-3 py-2 text-right font-normal">{t("analytics.change")}</th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {found.slices.map((slice) => (
              <tr key={`${slice.key} ${slice.total.currency}`}>
                <th scope="row" className="px-3 py-1.5 text-left font-normal">
                  <button
                    type="button"
                    className="text-left hover:text-accent hover:underline max-md:min-h-11"
                    onClick={() => onNarrow(slice)}
                  >
                    {sliceName(slice, found.dimension, found.currency, t)}
                  </button>
                </th>
                <td className="px-3 py-1.5 text-right">
                  {shown(slice.total, found.metric, t, format)}
                </td>
                <td className="px-3 py-1.5 text-right text-muted max-md:hidden">
                  {slice.compared ? shown(slice.compared, found.metric, t, format) : "–"}
                </td>
                <td className="px-3 py-1.5 text-right">
                  <ChangeOf slice={slice} better={found.metric.better} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrollable>
      {found.cut && <p className="mt-2 text-meta text-muted">{t("analytics.cut")}</p>}
    </Card>
  );
}

interface ChangeOfProps {
  slice: ExploredSlice;
  better: "up" | "down";
}

/** The change in percent with its sign; the colour only repeats whether that is good. */
export function ChangeOf({ slice, better }: ChangeOfProps) {
  const format = useFormat();
  const change = slice.change_percent;
  if (change === null) return <span className="text-muted">–</span>;
  const sign = signOf(change);
  const good = sign !== 0 && sign > 0 === (better === "up");
  return (
    <span className={cx(sign === 0 ? "text-muted" : good ? "text-ok" : "text-bad")}>
      {sign > 0 ? "+" : ""}
      {format.percent(change)}
    </span>
  );
}
