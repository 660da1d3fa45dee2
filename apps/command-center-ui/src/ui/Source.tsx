/** Where a figure comes from and as of when; no number stands without it. */
import { useTranslation } from "react-i18next";
import type { Provenance } from "@/api/types";
import { Moment } from "./Time";

export function Source({ provenance }: { provenance: Provenance }) {
  const { t } = useTranslation();
  return (
    <span className="text-caption text-muted">
      {t(`source.${provenance.source}`)} · {t("source.asOf")} <Moment at={provenance.as_of} />
      {provenance.partial ? <span className="text-warn"> · {t("source.partial")}</span> : null}
    </span>
  );
}
