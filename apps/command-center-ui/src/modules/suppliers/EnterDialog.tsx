/** Enters a supplier: a name and where its catalogue is; the columns come once it was read. */
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "@/api/problem";
import { type Entry, useEnterSupplier } from "@/api/suppliers";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Segmented } from "@/ui/fields";
import { sayDone } from "@/ui/toast";
import { Line } from "./Line";

const KINDS = ["feed", "manual", "printful", "autods", "spocket"] as const;
const SECRETS = { autods: "AUTO_DS_API_KEY", spocket: "SPOCKET_API_KEY" };

function isPartner(kind: Entry["kind"]): kind is keyof typeof SECRETS {
  return kind in SECRETS;
}

function settingsOf(kind: Entry["kind"], url: string, file: string, address: string) {
  if (kind === "printful") return { printful: {} };
  if (kind === "manual") return address ? { mail: { address } } : {};
  const auth = isPartner(kind) && url ? { auth: { secret: SECRETS[kind] } } : {};
  return { feed: { url, file }, ...auth };
}

export function EnterDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open={open} onClose={onClose} title={t("suppliers.enter")}>
      <EnterForm onDone={onClose} />
    </Dialog>
  );
}

function EnterForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const enter = useEnterSupplier();
  const [kind, setKind] = useState<Entry["kind"]>("feed");
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [file, setFile] = useState("");
  const [address, setAddress] = useState("");
  const published = kind !== "printful" && kind !== "manual";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate(
      { name, kind, settings: settingsOf(kind, url, file, address.trim()) as never },
      {
        onSuccess: (supplier) => {
          sayDone(t(published ? "suppliers.entered" : "suppliers.enteredOnly"));
          onDone();
          void navigate({
            to: "/suppliers/$supplierId",
            params: { supplierId: supplier.id },
          } as never);
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Segmented<Entry["kind"]>
        label={t("suppliers.kind")}
        value={kind}
        onChange={setKind}
        options={KINDS.map((value) => ({ value, label: t(`suppliers.kinds.${value}`) }))}
      />
      {kind === "printful" && (
        <p className="text-dense text-muted">{t("suppliers.printful.body")}</p>
      )}
      {kind === "manual" && <p className="text-dense text-muted">{t("suppliers.byMail.what")}</p>}
      {isPartner(kind) && (
        <p className="text-dense text-muted">
          {t("suppliers.partner", { kind: t(`suppliers.kinds.${kind}`), secret: SECRETS[kind] })}
        </p>
      )}
      <Line required label={t("suppliers.name")} value={name} onChange={setName} />
      {kind === "manual" && (
        <Line label={t("suppliers.mailTo")} value={address} onChange={setAddress} />
      )}
      {published && (
        <>
          <Line
            label={t("suppliers.url")}
            hint={t("suppliers.urlHint")}
            value={url}
            onChange={setUrl}
          />
          <Line label={t("suppliers.file")} value={file} onChange={setFile} />
        </>
      )}
      {enter.error && (
        <p role="alert" className="text-dense text-bad">
          {asProblem(enter.error).message} {asProblem(enter.error).remedy}
        </p>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onDone}>{t("state.cancel")}</Button>
        <Button type="submit" variant="primary" disabled={enter.isPending || !name.trim()}>
          {t("suppliers.enter")}
        </Button>
      </div>
    </form>
  );
}
