/** Search, connection, theme and the stop switch, on every page. */
import { MessageSquareText, Moon, OctagonX, Search, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Session } from "@/api/types";
import { setPreferences, useShownTheme } from "@/preferences/store";
import { IconButton } from "@/ui/Button";
import { Kbd } from "@/ui/Kbd";
import { ConnectionChip } from "./ConnectionChip";

interface HeaderProps {
  session: Session;
  onSearch: () => void;
  onStop: () => void;
  /** Absent where AIRA is on the page already. */
  onAira: (() => void) | null;
}

const isApple = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? "");

export function Header({ session, onSearch, onStop, onAira }: HeaderProps) {
  const { t } = useTranslation();
  const theme = useShownTheme();
  const other = theme === "dark" ? "light" : "dark";
  const stopped = session.stopped.includes("store");
  return (
    <header className="sticky top-0 z-20 flex h-[52px] items-center gap-3 border-b border-line bg-bg px-7 max-md:gap-2 max-md:px-4">
      <button
        type="button"
        onClick={onSearch}
        aria-haspopup="dialog"
        className="motion-hover flex h-9 w-full max-w-[384px] min-w-0 items-center gap-2.5 rounded-row border border-line bg-surface px-3 text-left text-muted hover:border-line-strong max-md:h-11"
      >
        <Search size={16} aria-hidden="true" className="shrink-0" />
        <span className="flex-1 truncate">{t("shell.search")}</span>
        <Kbd>{isApple ? "⌘ K" : "Ctrl K"}</Kbd>
      </button>
      <div className="flex-1 max-md:hidden" />
      <ConnectionChip />
      {onAira && (
        <IconButton label={t("command.askAira")} onClick={onAira} className="bg-surface">
          <MessageSquareText size={16} aria-hidden="true" />
        </IconButton>
      )}
      <button
        type="button"
        onClick={onStop}
        aria-haspopup="dialog"
        className="motion-hover inline-flex h-9 shrink-0 items-center gap-2 rounded-row border border-bad px-3 text-dense font-medium text-bad hover:bg-raised max-md:size-11 max-md:justify-center max-md:px-0"
      >
        <OctagonX size={16} aria-hidden="true" />
        <span className="max-md:sr-only">{stopped ? t("stop.stopped") : t("stop.button")}</span>
      </button>
      <IconButton
        label={t(`theme.switchTo.${other}`)}
        onClick={() => setPreferences({ theme: other })}
        className="bg-surface max-md:hidden"
      >
        {theme === "dark" ? (
          <Sun size={16} aria-hidden="true" />
        ) : (
          <Moon size={16} aria-hidden="true" />
        )}
      </IconButton>
    </header>
  );
}
