/** Ends a store's connection after its address was typed. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDisconnectStore } from "@/api/store-connection";
import type { StoreConnection } from "@/api/types";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { sayDone } from "@/ui/toast";
import { TextField } from "./TextField";

interface DisconnectDialogProps {
  open: boolean;
  onClose: () => void;
  connection: StoreConnection;
}

export function DisconnectDialog({ open, onClose, connection }: DisconnectDialogProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const disconnect = useDisconnectStore();
  const end = () =>
    disconnect.mutate(typed, {
      onSuccess: () => {
        sayDone(t("connect.disconnected"));
        onClose();
      },
    });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t("connect.disconnectTitle", { name: connection.name })}
      description={t("connect.disconnectBody")}
    >
      <TextField
        label={t("connect.confirm", { domain: connection.domain })}
        value={typed}
        onChange={setTyped}
      />
      {disconnect.error && (
        <p role="alert" className="mt-2 text-dense text-bad">
          {disconnect.error.message} {disconnect.error.remedy}
        </p>
      )}
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{t("state.cancel")}</Button>
        <Button
          variant="danger"
          disabled={typed.trim().toLowerCase() !== connection.domain || disconnect.isPending}
          onClick={end}
        >
          {t("connect.disconnect")}
        </Button>
      </div>
    </Dialog>
  );
}
