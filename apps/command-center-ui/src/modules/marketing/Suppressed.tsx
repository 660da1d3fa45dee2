/** Addresses that get no more mail, and a person's word that lets one have mail again. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLiftSuppression, useSuppressions } from "@/api/marketing";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import { Button } from "@/ui/Button";
import { QueryView } from "@/ui/QueryView";
import { Failure } from "@/ui/states";
import { Moment } from "@/ui/Time";

export function Suppressed() {
  const { t } = useTranslation();
  const query = useSuppressions();
  const lift = useLiftSuppression();
  const may = useMay("agents:configure");
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <QueryView
      query={query}
      isEmpty={(page) => page.data.length === 0}
      empty={{ title: t("marketing.noSuppressed"), body: t("marketing.noSuppressedHow") }}
    >
      {(page) => (
        <>
          {lift.error && <Failure error={asProblem(lift.error)} />}
          <ul className="divide-y divide-line rounded-card border border-line bg-surface">
            {page.data.map((one) => (
              <li
                key={one.digest}
                className="flex flex-wrap items-center justify-between gap-2 px-4 py-2 text-dense"
              >
                <span>
                  {t(`marketing.cause.${one.cause}`)} ·{" "}
                  {one.customer_id ?? t("marketing.unknownCustomer")} · <Moment at={one.at} />
                  <span className="block font-mono text-meta text-muted">
                    {one.digest.slice(0, 16)} · {one.source}
                  </span>
                </span>
                {asked === one.digest ? (
                  <span className="flex flex-wrap items-center gap-2">
                    {t("marketing.liftSure")}
                    <Button
                      small
                      variant="danger"
                      disabled={lift.isPending}
                      onClick={() => lift.mutate(one.digest)}
                    >
                      {t("marketing.liftYes")}
                    </Button>
                    <Button small onClick={() => setAsked(null)}>
                      {t("marketing.close")}
                    </Button>
                  </span>
                ) : (
                  <Button small disabled={!may} onClick={() => setAsked(one.digest)}>
                    {t("marketing.liftIt")}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </QueryView>
  );
}
