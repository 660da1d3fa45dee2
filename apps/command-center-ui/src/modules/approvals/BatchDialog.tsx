/** Many decisions at once: each is read first, so approval binds to arguments that were shown. */
import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { decisionQuery } from "@/api/decision";
import { useDecisionBatch } from "@/api/decision-batch";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import type { Decision } from "@/api/types";
import { Stake } from "@/decision/Stake";
import { decisionTitle } from "@/decision/words";
import { sumMoney } from "@/format/money";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Failure } from "@/ui/states";
import { sayDone } from "@/ui/toast";

export function BatchDialog({
  decisions,
  onClose,
}: {
  decisions: Decision[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const batch = useDecisionBatch();
  const may = useMay("decisions:decide");
  const details = useQueries({ queries: decisions.map((decision) => decisionQuery(decision.id)) });
  const read = details.flatMap((query) => (query.data ? [query.data] : []));
  const ready = read.length === decisions.length;
  const failed = details.find((query) => query.error)?.error;
  const stakes = decisions.flatMap((d) => (d.money_at_stake ? [d.money_at_stake] : []));
  const currency = stakes[0]?.currency;
  const refused = batch.data?.results.filter((result) => result.error) ?? [];

  const approve = () =>
    batch.mutate(
      {
        action: "approve",
        decisions: read.map((d) => ({ id: d.id, argument_hash: d.argument_hash })),
      },
      {
        onSuccess: (answer) => {
          const done = answer.results.filter((result) => !result.error).length;
          sayDone(t("approvals.batchDone", { count: done }));
          if (done === answer.results.length) onClose();
        },
      },
    );

  return (
    <Dialog
      open
      onClose={onClose}
      title={t("approvals.batchTitle", { count: decisions.length })}
      description={t("approvals.batchBody")}
    >
      <ul className="max-h-[40dvh] divide-y divide-line overflow-y-auto border-y border-line">
        {decisions.map((decision) => (
          <li key={decision.id} className="flex justify-between gap-4 py-1.5 text-dense">
            <span className="min-w-0 truncate">{decisionTitle(decision, t, format)}</span>
            <span className="tabular-nums">
              <Stake decision={decision} />
            </span>
          </li>
        ))}
      </ul>
      {currency && stakes.every((stake) => stake.currency === currency) && (
        <p className="mt-2 flex justify-between font-medium tabular-nums">
          <span>{t("decision.stake")}</span>
          <span>{format.money({ amount: sumMoney(stakes.map((s) => s.amount)), currency })}</span>
        </p>
      )}
      {(batch.error || failed) && <Failure error={asProblem(batch.error ?? failed)} />}
      {refused.length > 0 && (
        <ul role="alert" className="mt-3 space-y-1 text-dense text-bad">
          {refused.map((result) => (
            <li key={result.id}>{result.error}</li>
          ))}
        </ul>
      )}
      <div className="mt-4 flex justify-end gap-2">
        <Button variant="plain" onClick={onClose}>
          {t("state.cancel")}
        </Button>
        <Button variant="primary" disabled={!may || !ready || batch.isPending} onClick={approve}>
          {t("approvals.batchApprove", { count: decisions.length })}
        </Button>
      </div>
    </Dialog>
  );
}
