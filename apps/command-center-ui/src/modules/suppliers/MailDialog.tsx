/** Send one purchase order to its supplier by mail. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { entryKey } from "@/api/entry-key";
import { asProblem } from "@/api/problem";
import { useMailOrder } from "@/api/suppliers";
import type { PurchaseOrder } from "@/api/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { sayDone, sayFailed } from "@/ui/toast";
import { Line } from "./Line";

const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

interface MailDialogProps {
  order: PurchaseOrder;
  /** Where its supplier takes mail; empty while that is not known. */
  known: string;
  onClose: () => void;
}

export function MailDialog({ order, known, onClose }: MailDialogProps) {
  const { t } = useTranslation();
  const [to, setTo] = useState(known);
  // One request, however often it is sent.
  const [key] = useState(() => entryKey());
  const mail = useMailOrder();
  const address = to.trim();
  const valid = ADDRESS.test(address);
  const send = () =>
    mail.mutate(
      { orderId: order.id, to: address, key },
      {
        onSuccess: () => {
          sayDone(t("suppliers.mailDecided"));
          onClose();
        },
        onError: (error) => sayFailed(t("suppliers.mailFailed"), asProblem(error)),
      },
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("suppliers.mailOf", { title: order.title })}
      description={t("suppliers.mailBody")}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) send();
        }}
      >
        <Line
          label={t("suppliers.mailTo")}
          value={to}
          onChange={setTo}
          error={valid || address === "" ? undefined : t("suppliers.mailWrong")}
        />
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>{t("state.cancel")}</Button>
          <Button type="submit" variant="primary" disabled={!valid || mail.isPending}>
            {t("suppliers.mailSend")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
