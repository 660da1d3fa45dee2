/** Why goods come back, in the store's words. */
import { useTranslation } from "react-i18next";
import type { ReturnReason } from "@/api/thread-actions";
import { Choice } from "./Choice";

const REASONS = [
  "UNKNOWN",
  "UNWANTED",
  "SIZE_TOO_SMALL",
  "SIZE_TOO_LARGE",
  "DEFECTIVE",
  "WRONG_ITEM",
  "NOT_AS_DESCRIBED",
  "COLOR",
  "STYLE",
  "OTHER",
] as const satisfies readonly ReturnReason[];

interface ReasonsProps {
  value: ReturnReason;
  onChange: (value: ReturnReason) => void;
  disabled: boolean;
}

export function Reasons({ value, onChange, disabled }: ReasonsProps) {
  const { t } = useTranslation();
  return (
    <Choice
      label={t("support.returnReason")}
      value={value}
      onChange={(chosen) => onChange(chosen as ReturnReason)}
      disabled={disabled}
      options={REASONS.map((each) => ({ value: each, text: t(`support.returnReasons.${each}`) }))}
    />
  );
}
