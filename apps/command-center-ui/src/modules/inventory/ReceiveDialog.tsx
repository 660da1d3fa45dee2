/** Enter what came in of one purchase order. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { entryKey } from "@/api/entry-key";
import { asProblem } from "@/api/problem";
import { useReceive } from "@/api/purchase-orders";
import type { PurchaseOrder } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/fields";
import { sayDone, sayFailed } from "@/ui/toast";

const WHOLE = /^[1-9][0-9]{0,6}$/;

export function ReceiveDialog({ order, onClose }: { order: PurchaseOrder; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const outstanding = Math.max(order.quantity - order.received, 0);
  const [units, setUnits] = useState(String(outstanding));
  const [final, setFinal] = useState(false);
  // One entry, however often it is sent.
  const [key] = useState(() => entryKey());
  const receive = useReceive();
  const valid = WHOLE.test(units.trim());
  const quantity = Number(units);
  const enter = () =>
    receive.mutate(
      { orderId: order.id, quantity, final, key },
      {
        onSuccess: () => {
          sayDone(t("inventory.booked"));
          onClose();
        },
        onError: (error) => sayFailed(t("inventory.receiveFailed"), asProblem(error)),
      },
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("inventory.receiveOf", { title: order.title })}
      description={t("inventory.receiveBody")}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (valid) enter();
        }}
      >
        <Field
          label={t("inventory.units")}
          unit={format.unit("units", units)}
          inputMode="numeric"
          value={units}
          onChange={setUnits}
          error={valid ? undefined : t("inventory.unitsWrong")}
          hint={
            valid && quantity > outstanding
              ? t("inventory.more", { outstanding: format.count(outstanding) })
              : undefined
          }
        />
        {quantity < outstanding && (
          <label className="mt-3 flex min-h-11 items-center gap-2">
            <input
              type="checkbox"
              checked={final}
              onChange={(event) => setFinal(event.target.checked)}
              className="size-4 accent-accent"
            />
            {t("inventory.final")}
          </label>
        )}
        <div className="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>{t("state.cancel")}</Button>
          <Button type="submit" variant="primary" disabled={!valid || receive.isPending}>
            {t("inventory.book")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
