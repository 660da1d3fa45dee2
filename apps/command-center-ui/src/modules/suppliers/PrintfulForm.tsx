/** Which store at Printful, and where shipping is asked for. */
import { useTranslation } from "react-i18next";
import type { PrintfulSettings } from "@/api/types";
import { Line } from "./Line";

interface PrintfulFormProps {
  printful: PrintfulSettings;
  onChange: (printful: PrintfulSettings) => void;
  disabled: boolean;
}

const NOWHERE = { country: "", province: "", postal_code: "" };

export function PrintfulForm({ printful, onChange, disabled }: PrintfulFormProps) {
  const { t } = useTranslation();
  const to = { ...NOWHERE, ...printful.ship_to };
  const send = (name: keyof typeof NOWHERE) => (value: string) => {
    const moved = { ...to, [name]: name === "postal_code" ? value : value.toUpperCase() };
    onChange({ ...printful, ship_to: Object.values(moved).some(Boolean) ? moved : null });
  };
  return (
    <div className="grid gap-3">
      <p className="text-dense text-muted">{t("suppliers.printful.body")}</p>
      <Line
        label={t("suppliers.printful.store")}
        hint={t("suppliers.printful.storeHint")}
        value={printful.store_id ?? ""}
        disabled={disabled}
        onChange={(store_id) => onChange({ ...printful, store_id })}
      />
      <label className="flex items-start gap-2 text-dense">
        <input
          type="checkbox"
          className="mt-0.5 size-4"
          checked={printful.connected ?? false}
          disabled={disabled}
          onChange={(event) => onChange({ ...printful, connected: event.target.checked })}
        />
        {t("suppliers.printful.connected")}
      </label>
      <Line
        label={t("suppliers.printful.country")}
        hint={t("suppliers.printful.countryHint")}
        value={to.country}
        disabled={disabled}
        onChange={send("country")}
      />
      <Line
        label={t("suppliers.printful.province")}
        value={to.province}
        disabled={disabled}
        onChange={send("province")}
      />
      <Line
        label={t("suppliers.printful.postalCode")}
        value={to.postal_code}
        disabled={disabled}
        onChange={send("postal_code")}
      />
    </div>
  );
}
