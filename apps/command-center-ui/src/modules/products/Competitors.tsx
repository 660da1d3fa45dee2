/** What competitors asked for the variant, and which of it counts. */
import { useTranslation } from "react-i18next";
import type { WhyPrice } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Age } from "@/ui/Time";

export function Competitors({ why }: { why: WhyPrice }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (why.competitors.length === 0) return null;
  return (
    <section className="mt-4">
      <h3 className="font-sans text-meta text-muted">{t("products.whyCompetitors")}</h3>
      <ul className="divide-y divide-line border-y border-line">
        {why.competitors.map((each) => (
          <li key={each.source} className="grid grid-cols-[1fr_auto] gap-x-4 py-2 text-dense">
            <span className="break-words">{each.source}</span>
            <span className="text-right tabular-nums">{format.money(each.price)}</span>
            <span className="col-span-2 text-meta text-muted">
              {t("products.whySeen")} <Age at={each.seen_at} />
              {each.ignored && ` · ${t(`products.whyIgnored.${each.ignored}`)}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
