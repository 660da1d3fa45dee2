/** By which hour and on which days a supplier begins orders, where it differs from the merchant. */
import { useTranslation } from "react-i18next";
import { Card } from "@/ui/Card";
import { Line } from "./Line";

export interface Hours {
  cutoff: string;
  days: string;
}

interface HoursFormProps {
  hours: Hours;
  onChange: (hours: Hours) => void;
  disabled: boolean;
}

/** What was typed as settings: nothing typed is as the policy says. */
export function hoursSet({ cutoff, days }: Hours) {
  return {
    cutoff_hour: cutoff.trim() ? Number(cutoff) : null,
    working_days: days.trim() || null,
  };
}

export function HoursForm({ hours, onChange, disabled }: HoursFormProps) {
  const { t } = useTranslation();
  return (
    <Card title={t("suppliers.hours.title")}>
      <div className="grid gap-3">
        <p className="text-dense text-muted">{t("suppliers.hours.body")}</p>
        <Line
          label={t("suppliers.hours.cutoff")}
          value={hours.cutoff}
          disabled={disabled}
          onChange={(cutoff) => onChange({ ...hours, cutoff: cutoff.replace(/\D/g, "") })}
        />
        <Line
          label={t("suppliers.hours.days")}
          value={hours.days}
          disabled={disabled}
          onChange={(days) => onChange({ ...hours, days: days.toLowerCase() })}
        />
      </div>
    </Card>
  );
}
