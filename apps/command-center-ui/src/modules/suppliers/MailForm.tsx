/** Where a supplier takes mail, and which orders go there. */
import { useTranslation } from "react-i18next";
import type { SupplierMail } from "@/api/types";
import { Line } from "./Line";

interface MailFormProps {
  mail: SupplierMail;
  onChange: (mail: SupplierMail) => void;
  disabled: boolean;
  /** It has no order desk: customers' orders can go to it by mail. */
  serves: boolean;
}

export function MailForm({ mail, onChange, disabled, serves }: MailFormProps) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-3">
      <p className="text-dense text-muted">{t("suppliers.byMail.body")}</p>
      <Line
        label={t("suppliers.mailTo")}
        value={mail.address}
        disabled={disabled}
        onChange={(address) => onChange({ ...mail, address: address.trim() })}
      />
      <label className="flex items-start gap-2 text-dense max-md:min-h-11">
        <input
          type="checkbox"
          className="mt-0.5 size-4"
          checked={mail.send_orders ?? false}
          disabled={disabled || mail.address === ""}
          onChange={(event) => onChange({ ...mail, send_orders: event.target.checked })}
        />
        {t("suppliers.byMail.send")}
      </label>
      {serves && (
        <label className="flex items-start gap-2 text-dense max-md:min-h-11">
          <input
            type="checkbox"
            className="mt-0.5 size-4"
            checked={mail.send_customers_orders ?? false}
            disabled={disabled || mail.address === ""}
            onChange={(event) => onChange({ ...mail, send_customers_orders: event.target.checked })}
          />
          {t("suppliers.byMail.serve")}
        </label>
      )}
    </div>
  );
}
