/** Approve, reject, undo; sticky within reach of a thumb on phones. */
import { Check, Undo2, X } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/session";
import type { DecisionDetail } from "@/api/types";
import { useCommands } from "@/commands/registry";
import { useAct } from "@/decision/use-act";
import { canUndo } from "@/decision/words";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

export function Actions({ decision }: { decision: DecisionDetail }) {
  const { t } = useTranslation();
  const act = useAct();
  const mayDecide = useMay("decisions:decide");
  const mayWritePolicy = useMay("policy:write");
  const may = mayDecide && (decision.kind !== "policy.change" || mayWritePolicy);
  const [rejecting, setRejecting] = useState(false);
  const waiting = decision.status === "proposed";
  const denied = decision.ruling === "deny";
  const undoable = canUndo(decision);

  const approve = () => {
    if (may && waiting && !denied && !act.isPending) {
      act.approve(decision.id, decision.argument_hash);
    }
  };
  const undo = () => {
    if (may && undoable && !act.isPending) act.revert(decision.id);
  };
  const askReject = () => may && waiting && setRejecting(true);
  useCommands([
    ...(waiting && !denied
      ? [
          {
            id: "case.approve",
            group: "list" as const,
            label: t("decision.approve"),
            keys: "a",
            run: approve,
          },
        ]
      : []),
    ...(waiting
      ? [
          {
            id: "case.reject",
            group: "list" as const,
            label: t("decision.reject"),
            keys: "r",
            run: askReject,
          },
        ]
      : []),
    ...(undoable
      ? [
          {
            id: "case.undo",
            group: "list" as const,
            label: t("decision.undo"),
            keys: "u",
            run: undo,
          },
        ]
      : []),
  ]);

  if (!waiting && !undoable) return null;
  return (
    <div className="mt-5 flex flex-wrap items-center gap-2 max-md:sticky max-md:bottom-14 max-md:z-10 max-md:-mx-4 max-md:border-t max-md:border-line max-md:bg-surface max-md:p-3">
      {waiting && (
        <>
          <Button
            variant="primary"
            shortcut="A"
            disabled={!may || denied || act.isPending}
            icon={<Check size={16} aria-hidden="true" />}
            onClick={approve}
            className="max-md:flex-1"
          >
            {t("decision.approve")}
          </Button>
          <Button
            shortcut="R"
            disabled={!may || act.isPending}
            icon={<X size={16} aria-hidden="true" />}
            onClick={askReject}
            className="max-md:flex-1"
          >
            {t("decision.reject")}
          </Button>
        </>
      )}
      {undoable && (
        <Button
          shortcut="U"
          disabled={!may || act.isPending}
          icon={<Undo2 size={16} aria-hidden="true" />}
          onClick={undo}
          className="max-md:flex-1"
        >
          {t("decision.undo")}
        </Button>
      )}
      <span className="ml-auto text-meta text-muted max-md:hidden">
        {may ? t("approvals.moveHint") : t("state.notAllowed")}
      </span>
      {denied && waiting && <p className="w-full text-dense text-bad">{t("decision.denied")}</p>}
      <RejectDialog
        open={rejecting}
        onClose={() => setRejecting(false)}
        onReject={(reason) => {
          setRejecting(false);
          act.reject(decision.id, reason);
        }}
      />
    </div>
  );
}

interface RejectDialogProps {
  open: boolean;
  onClose: () => void;
  onReject: (reason: string) => void;
}

function RejectDialog({ open, onClose, onReject }: RejectDialogProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const id = useId();
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("decision.rejectTitle")}
      description={t("decision.rejectBody")}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onReject(reason.trim());
        }}
      >
        <label htmlFor={id} className="text-dense">
          {t("decision.rejectReason")}
        </label>
        <input
          id={id}
          value={reason}
          maxLength={1000}
          autoComplete="off"
          onChange={(event) => setReason(event.target.value)}
          className="mt-1 h-10 w-full rounded-control border border-line-strong bg-raised px-3 max-md:h-11"
        />
        <div className="mt-4 flex justify-end gap-2">
          <Button variant="plain" onClick={onClose}>
            {t("state.cancel")}
          </Button>
          <Button type="submit" variant="danger">
            {t("decision.reject")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
