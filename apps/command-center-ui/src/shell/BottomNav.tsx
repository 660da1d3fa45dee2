/** Navigation on phones: four pages and the rest under More. */
import { Link } from "@tanstack/react-router";
import { Menu } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useWaiting } from "@/api/decisions";
import { type NavigationEntry, navigation } from "@/config/navigation";

const More = lazy(() => import("./More"));

const CELL =
  "motion-hover relative flex min-h-14 flex-1 flex-col items-center justify-center gap-1 text-caption";

export function BottomNav() {
  const { t } = useTranslation();
  const [more, setMore] = useState(false);
  const waiting = useWaiting().data?.total ?? 0;
  return (
    <>
      <nav
        aria-label={t("shell.quickNavigation")}
        className="fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
      >
        {navigation
          .filter((entry) => entry.onPhone)
          .map((entry) => (
            <Cell key={entry.id} entry={entry} count={entry.id === "approvals" ? waiting : 0} />
          ))}
        <button
          type="button"
          className={`${CELL} text-muted`}
          aria-haspopup="dialog"
          onClick={() => setMore(true)}
        >
          <Menu size={18} aria-hidden="true" strokeWidth={1.5} />
          {t("nav.more")}
        </button>
      </nav>
      <Suspense fallback={null}>{more && <More onClose={() => setMore(false)} />}</Suspense>
    </>
  );
}

function Cell({ entry, count }: { entry: NavigationEntry; count: number }) {
  const { t } = useTranslation();
  const Icon = entry.icon;
  return (
    <Link
      to={entry.path}
      activeOptions={{ exact: entry.path === "/", includeSearch: false }}
      className={CELL}
      activeProps={{ className: "text-accent", "aria-current": "page" }}
      inactiveProps={{ className: "text-muted" }}
    >
      <span className="relative">
        <Icon size={18} aria-hidden="true" strokeWidth={1.5} />
        {count > 0 && (
          <span className="absolute -top-2 left-3 min-w-4 rounded-full bg-accent px-1 text-center text-caption font-medium text-on-accent">
            {count}
            <span className="sr-only"> {t("shell.waiting")}</span>
          </span>
        )}
      </span>
      {t(`nav.${entry.label}`)}
    </Link>
  );
}
