/** Stock and days of cover, toned by how soon it runs out. */
import { useTranslation } from "react-i18next";
import { compareDecimal } from "@/format/money";
import { useFormat } from "@/format/use-format";
import { TEXT, type Tone } from "@/ui/Tone";

const SHORT_DAYS = "14";

export function Stock({ units }: { units: number | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (units === null) return <span className="text-muted">{t("products.notTracked")}</span>;
  return <span className={units <= 0 ? TEXT.bad : undefined}>{format.count(units)}</span>;
}

export function Cover({ days }: { days: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (days === null) return <span className="text-muted">–</span>;
  const tone: Tone = compareDecimal(days, SHORT_DAYS) < 0 ? "warn" : "muted";
  return (
    <span className={tone === "warn" ? TEXT.warn : undefined}>
      {t("products.days", { value: format.decimal(days, { digits: 0 }) })}
    </span>
  );
}
