/** Navigation on wide screens. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useWaiting } from "@/api/decisions";
import type { Session } from "@/api/types";
import { type NavigationEntry, navigation } from "@/config/navigation";
import { Mark } from "./Mark";

const GROUPS = ["work", "store", "house"] as const;

export function Sidebar({ session }: { session: Session }) {
  const { t } = useTranslation();
  const waiting = useWaiting().data?.total ?? 0;
  const allowed = navigation.filter((entry) => session.permissions.includes(entry.permission));
  return (
    <aside className="fixed inset-y-0 left-0 z-20 flex w-[216px] flex-col border-r border-line bg-surface max-md:hidden">
      <div className="flex h-[58px] items-center gap-2 px-5">
        <Mark />
        <span className="display text-lead">Royal Equips</span>
      </div>
      <nav
        aria-label={t("shell.navigation")}
        className="flex-1 space-y-4 overflow-y-auto px-3 py-2"
      >
        {GROUPS.map((group) => (
          <ul key={group} className="space-y-1">
            {allowed
              .filter((entry) => entry.group === group)
              .map((entry) => (
                <li key={entry.id}>
                  <Item entry={entry} count={entry.id === "approvals" ? waiting : 0} />
                </li>
              ))}
          </ul>
        ))}
      </nav>
      {session.store && (
        <div className="border-t border-line px-5 py-3">
          <p className="truncate text-dense" title={session.store.domain}>
            {session.store.name}
          </p>
          <p className="truncate text-meta text-muted">
            {session.name === session.role ? session.role : `${session.name} · ${session.role}`}
          </p>
        </div>
      )}
    </aside>
  );
}

function Item({ entry, count }: { entry: NavigationEntry; count: number }) {
  const { t } = useTranslation();
  const Icon = entry.icon;
  return (
    <Link
      to={entry.path}
      activeOptions={{ exact: entry.path === "/", includeSearch: false }}
      className="motion-hover flex h-9 items-center gap-3 rounded-row px-2.5 text-body"
      activeProps={{ className: "bg-accent-soft text-accent", "aria-current": "page" }}
      inactiveProps={{ className: "text-muted hover:bg-raised hover:text-fg" }}
    >
      <Icon size={18} aria-hidden="true" strokeWidth={1.5} />
      <span className="flex-1">{t(`nav.${entry.label}`)}</span>
      {count > 0 && (
        <span className="text-meta tabular-nums">
          {count}
          <span className="sr-only"> {t("shell.waiting")}</span>
        </span>
      )}
    </Link>
  );
}
