/** Approve, reject and undo with their toasts; shared by every page that offers them. */
import { useTranslation } from "react-i18next";
import { useDecisionAction } from "@/api/decision-actions";
import { asProblem } from "@/api/problem";
import { sayDone, sayFailed } from "@/ui/toast";

export function useAct() {
  const { t } = useTranslation();
  const action = useDecisionAction();
  const failed = (error: unknown) => sayFailed(t("decision.actFailed"), asProblem(error));
  return {
    isPending: action.isPending,
    approve: (id: string, argumentHash: string) =>
      action.mutate(
        { type: "approve", id, argumentHash },
        { onSuccess: () => sayDone(t("decision.saidApproved")), onError: failed },
      ),
    reject: (id: string, reason: string) =>
      action.mutate(
        { type: "reject", id, reason },
        { onSuccess: () => sayDone(t("decision.saidRejected")), onError: failed },
      ),
    revert: (id: string) =>
      action.mutate(
        { type: "revert", id },
        { onSuccess: () => sayDone(t("decision.saidReverting")), onError: failed },
      ),
  };
}
