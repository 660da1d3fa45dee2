/** Why a finding may wait, and for how long. */
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSuppress } from "@/api/security";
import type { SecurityFinding } from "@/api/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/fields";
import { sayDone } from "@/ui/toast";
import { useCheckName } from "./use-check-name";

const LONGEST_DAYS = 90;

interface SuppressDialogProps {
  finding: SecurityFinding;
  open: boolean;
  onClose: () => void;
}

export function SuppressDialog({ finding, open, onClose }: SuppressDialogProps) {
  const { t } = useTranslation();
  const checkName = useCheckName();
  const id = useId();
  const suppress = useSuppress();
  const [reason, setReason] = useState("");
  const [days, setDays] = useState("7");
  const [whole, setWhole] = useState(false);
  const count = /^\d+$/.test(days) ? Number(days) : 0;
  const fits = reason.trim() !== "" && count >= 1 && count <= LONGEST_DAYS;
  const send = () =>
    suppress.mutate(
      { id: finding.id, body: { reason, days: count, whole_check: whole } },
      {
        onSuccess: () => {
          sayDone(t("security.suppressed"));
          onClose();
        },
      },
    );
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("security.suppress")}
      description={t("security.suppressBody")}
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (fits) send();
        }}
      >
        <div>
          <label htmlFor={id} className="block text-dense">
            {t("security.reason")}
          </label>
          <textarea
            id={id}
            value={reason}
            maxLength={500}
            rows={3}
            onChange={(event) => setReason(event.target.value)}
            className="mt-1 w-full rounded-control border border-line-strong bg-surface p-2"
          />
        </div>
        <Field
          label={t("security.days")}
          unit={t("security.daysUnit")}
          hint={t("security.daysHint", { count: LONGEST_DAYS })}
          inputMode="numeric"
          value={days}
          onChange={setDays}
        />
        <label className="inline-flex min-h-6 items-center gap-2 text-dense">
          <input
            type="checkbox"
            checked={whole}
            onChange={(event) => setWhole(event.target.checked)}
          />
          {t("security.wholeCheck", { check: checkName(finding.check) })}
        </label>
        {suppress.error && (
          <p role="alert" className="text-dense text-bad">
            {suppress.error.message}
          </p>
        )}
        <Button type="submit" variant="primary" disabled={!fits || suppress.isPending}>
          {t("security.suppress")}
        </Button>
      </form>
    </Dialog>
  );
}
