/** While the store is read for the first time there are no figures, only how far the reading is. */
import { useTranslation } from "react-i18next";
import type { Connection } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { Meter } from "@/ui/Meter";

export function FirstRead({ sync }: { sync: NonNullable<Connection["sync"]> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { orders, orders_expected: expected, phase, error } = sync;
  const read = expected
    ? t("today.readOf", { value: format.count(orders), total: format.count(expected) })
    : format.count(orders);
  return (
    <Card brass title={t("today.reading")}>
      <div role="status">
        {phase === "failed" ? (
          <p className="text-bad">{error ?? t("today.readFailed")}</p>
        ) : (
          <p className="tabular-nums">
            {t("today.readSoFar", { orders: read, products: format.count(sync.products) })}
          </p>
        )}
        <p className="mt-1 text-dense text-muted">{t("today.readingBody")}</p>
      </div>
      {expected ? (
        <Meter label={t("today.reading")} share={Math.min(orders / expected, 1)} />
      ) : null}
    </Card>
  );
}
