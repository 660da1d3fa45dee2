/** Two or three articles side by side, factor by factor. */
import { useTranslation } from "react-i18next";
import type { Candidate } from "@/api/types";
import { Scrollable } from "@/ui/Scrollable";

export function Compare({ candidates }: { candidates: Candidate[] }) {
  const { t } = useTranslation();
  const shown = (score: number | null | undefined) =>
    score === null || score === undefined ? t("research.unknown") : score.toFixed(2);
  const names = candidates[0]?.factors.map((factor) => factor.name) ?? [];
  return (
    <Scrollable label={t("research.compare")}>
      <table className="w-full text-dense tabular-nums">
        <thead className="text-left text-meta text-muted">
          <tr>
            <td className="px-3 py-2" />
            {candidates.map((each) => (
              <th key={each.handle} scope="col" className="px-3 py-2 font-normal">
                {each.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {names.map((name) => (
            <tr key={name}>
              <th scope="row" className="px-3 py-1.5 text-left font-normal">
                {t(`research.factor.${name}`)}
              </th>
              {candidates.map((each) => (
                <td key={each.handle} className="px-3">
                  {shown(each.factors.find((factor) => factor.name === name)?.score)}
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row" className="px-3 py-1.5 text-left font-medium">
              {t("research.score")}
            </th>
            {candidates.map((each) => (
              <td key={each.handle} className="px-3 font-medium">
                {each.score.toFixed(2)}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </Scrollable>
  );
}
