/** Where a feed is and how it is to be read. */
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { FeedSettings, SupplierAuth } from "@/api/types";
import { Select } from "@/ui/fields";
import { Line } from "./Line";

const FORMATS = ["auto", "csv", "json", "xml"] as const;

interface FeedFormProps {
  feed: FeedSettings;
  onChange: (feed: FeedSettings) => void;
  auth: SupplierAuth;
  onAuth: (auth: SupplierAuth) => void;
  disabled: boolean;
}

export function FeedForm({ feed, onChange, auth, onAuth, disabled }: FeedFormProps) {
  const { t } = useTranslation();
  const label = useId();
  const bySftp = feed.url?.startsWith("sftp://") ?? false;
  const set =
    (name: "url" | "user" | "fingerprint" | "file" | "items" | "currency") => (value: string) =>
      onChange({ ...feed, [name]: name === "currency" ? value.toUpperCase() : value });
  return (
    <div className="grid gap-3">
      <Line
        label={t("suppliers.url")}
        hint={t("suppliers.urlHint")}
        value={feed.url ?? ""}
        disabled={disabled}
        onChange={set("url")}
      />
      {bySftp && (
        <>
          <Line
            label={t("suppliers.sftp.user")}
            value={feed.user ?? ""}
            disabled={disabled}
            onChange={set("user")}
          />
          <Line
            label={t("suppliers.sftp.fingerprint")}
            hint={t("suppliers.sftp.fingerprintHint")}
            value={feed.fingerprint ?? ""}
            disabled={disabled}
            onChange={set("fingerprint")}
          />
        </>
      )}
      <Line
        label={t("suppliers.file")}
        value={feed.file ?? ""}
        disabled={disabled}
        onChange={set("file")}
      />
      <div>
        <span id={label} className="block text-dense">
          {t("suppliers.format")}
        </span>
        <Select
          className="mt-1 w-full"
          label={t("suppliers.format")}
          value={feed.format ?? "auto"}
          disabled={disabled}
          onChange={(format) => onChange({ ...feed, format: format as "auto" })}
          options={FORMATS.map((value) => ({ value, label: t(`suppliers.formats.${value}`) }))}
        />
      </div>
      <Line
        label={t("suppliers.items")}
        hint={t("suppliers.itemsHint")}
        value={feed.items ?? ""}
        disabled={disabled}
        onChange={set("items")}
      />
      <Line
        label={t("suppliers.currency")}
        value={feed.currency ?? ""}
        disabled={disabled}
        onChange={set("currency")}
      />
      <Line
        label={t(bySftp ? "suppliers.sftp.secret" : "suppliers.secret")}
        hint={t("suppliers.secretHint")}
        value={auth.secret}
        disabled={disabled}
        onChange={(value) => onAuth({ ...auth, secret: value.toUpperCase() })}
      />
      {auth.secret && !bySftp && (
        <>
          <Line
            label={t("suppliers.header.name")}
            value={auth.header ?? ""}
            disabled={disabled}
            onChange={(header) => onAuth({ ...auth, header: header.trim() })}
          />
          <Line
            label={t("suppliers.header.prefix")}
            hint={t("suppliers.header.prefixHint")}
            value={auth.prefix ?? ""}
            disabled={disabled}
            onChange={(prefix) => onAuth({ ...auth, prefix })}
          />
        </>
      )}
    </div>
  );
}
