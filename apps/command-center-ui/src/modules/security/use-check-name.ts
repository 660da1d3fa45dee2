/** A check in the reader's words; one that is not known here by its own name. */
import { useTranslation } from "react-i18next";

export function useCheckName() {
  const { t } = useTranslation();
  return (check: string) =>
    t(`security.checks.${check}` as "security.checks.orders.ring", { defaultValue: check });
}
