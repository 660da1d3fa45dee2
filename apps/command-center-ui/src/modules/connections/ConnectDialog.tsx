/** Connects a store: by OAuth, by an app's key, or by an access token; what is entered goes one way. */
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Entered, useConnectStore, type Way } from "@/api/store-connection";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Segmented } from "@/ui/fields";
import { sayDone } from "@/ui/toast";
import { TextField } from "./TextField";

const WAYS: readonly Way[] = ["install", "key", "token"];
const NOTHING: Entered = { shop: "", client_id: "", client_secret: "", access_token: "" };

interface ConnectDialogProps {
  open: boolean;
  onClose: () => void;
  shop: string;
  redirect: string;
}

export function ConnectDialog({ open, onClose, shop, redirect }: ConnectDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog open={open} onClose={onClose} title={t("connect.connect")}>
      <ConnectForm shop={shop} redirect={redirect} onDone={onClose} />
    </Dialog>
  );
}

interface ConnectFormProps {
  shop: string;
  redirect: string;
  onDone: () => void;
}

function ConnectForm({ shop, redirect, onDone }: ConnectFormProps) {
  const { t } = useTranslation();
  const [way, setWay] = useState<Way>("install");
  const [entered, setEntered] = useState<Entered>({ ...NOTHING, shop });
  const connect = useConnectStore();
  const set = (name: keyof Entered) => (value: string) =>
    setEntered((before) => ({ ...before, [name]: value }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    connect.mutate(
      { way, entered },
      {
        onSuccess: (url) => {
          if (url) window.location.assign(url);
          else {
            sayDone(t("connect.asked"));
            onDone();
          }
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Segmented<Way>
        label={t("connect.way")}
        value={way}
        onChange={setWay}
        options={WAYS.map((value) => ({ value, label: t(`connect.ways.${value}`) }))}
      />
      <p className="text-dense text-muted">
        {t(`connect.hint.${way}`)}
        {way === "install" && (
          <span className="mt-1 block font-mono text-meta break-all">{redirect}</span>
        )}
      </p>
      <TextField
        label={t("connect.shop")}
        hint={t("connect.shopHint")}
        value={entered.shop}
        onChange={set("shop")}
      />
      {way === "token" ? (
        <TextField
          secret
          label={t("connect.accessToken")}
          hint={t("connect.kept")}
          value={entered.access_token}
          onChange={set("access_token")}
        />
      ) : (
        <>
          <TextField
            label={t("connect.clientId")}
            value={entered.client_id}
            onChange={set("client_id")}
          />
          <TextField
            secret
            label={t("connect.clientSecret")}
            hint={t("connect.kept")}
            value={entered.client_secret}
            onChange={set("client_secret")}
          />
        </>
      )}
      {connect.error && (
        <p role="alert" className="text-dense text-bad">
          {connect.error.message} {connect.error.remedy}
        </p>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>{t("state.cancel")}</Button>
        <Button type="submit" variant="primary" disabled={connect.isPending}>
          {t(`connect.go.${way}`)}
        </Button>
      </div>
    </form>
  );
}
