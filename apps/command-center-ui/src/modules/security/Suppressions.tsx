/** What may wait, by whose word and until when. */
import { useTranslation } from "react-i18next";
import { useEndSuppression } from "@/api/security";
import { useMay } from "@/api/session";
import type { Suppression } from "@/api/types";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Moment } from "@/ui/Time";
import { useCheckName } from "./use-check-name";

export function Suppressions({ held }: { held: Suppression[] }) {
  const { t } = useTranslation();
  const checkName = useCheckName();
  const may = useMay("policy:write");
  const end = useEndSuppression();
  return (
    <Card title={t("security.suppressions")}>
      {held.length === 0 && <p className="text-dense text-muted">{t("security.noSuppressions")}</p>}
      <ul className="grid gap-3 text-dense">
        {held.map((each) => (
          <li key={each.id}>
            <p className="[overflow-wrap:anywhere]">
              {checkName(each.check)}
              {each.subject === null && ` · ${t("security.whole")}`}
            </p>
            <p className="text-meta text-muted">
              {each.person}: {each.reason} · <Moment at={each.expires_at} />
            </p>
            <Button small disabled={!may || end.isPending} onClick={() => end.mutate(each.id)}>
              {t("security.end")}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
