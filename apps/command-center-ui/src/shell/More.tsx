/** The pages that the phone's bottom bar has no room for. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { navigation } from "@/config/navigation";
import { Dialog } from "@/ui/Dialog";

export default function More({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open onClose={onClose} title={t("nav.more")}>
      <ul className="space-y-1">
        {navigation
          .filter((entry) => !entry.onPhone)
          .map((entry) => (
            <li key={entry.id}>
              <Link
                to={entry.path}
                onClick={onClose}
                className="flex min-h-11 items-center gap-3 rounded-row px-2 text-lead hover:bg-raised"
              >
                <entry.icon size={18} aria-hidden="true" strokeWidth={1.5} />
                {t(`nav.${entry.label}`)}
              </Link>
            </li>
          ))}
      </ul>
    </Dialog>
  );
}
