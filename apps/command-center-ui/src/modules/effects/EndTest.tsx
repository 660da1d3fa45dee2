/** Ends a price test by undoing the decision that began it, after a word on what that does. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/session";
import type { PriceTest } from "@/api/types";
import { useAct } from "@/decision/use-act";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

export function EndTest({ test, price }: { test: PriceTest; price: string }) {
  const { t } = useTranslation();
  const may = useMay("decisions:decide");
  const act = useAct();
  const [asking, setAsking] = useState(false);
  const close = () => setAsking(false);
  const end = () => {
    act.revert(test.decision_id);
    close();
  };
  return (
    <div className="mt-3 flex flex-wrap items-center gap-3 border-t border-line pt-3">
      <Button small disabled={!may || act.isPending} onClick={() => setAsking(true)}>
        {t("effects.tests.end")}
      </Button>
      {!may && <span className="text-meta text-muted">{t("state.notAllowed")}</span>}
      <Dialog
        open={asking}
        onClose={close}
        title={t("effects.tests.endTitle", { title: test.title })}
        description={t("effects.tests.endBody", { price })}
      >
        <div className="flex justify-end gap-2">
          <Button variant="plain" onClick={close}>
            {t("state.cancel")}
          </Button>
          <Button variant="danger" onClick={end}>
            {t("effects.tests.end")}
          </Button>
        </div>
      </Dialog>
    </div>
  );
}
