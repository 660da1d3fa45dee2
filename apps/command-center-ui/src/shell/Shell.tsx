/** The frame around every page: navigation, header, bands, palette; or the way to sign in. */
import { Outlet, useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { setDock, useDock } from "@/aira/dock";
import { asProblem } from "@/api/problem";
import { useSession } from "@/api/session";
import type { Session } from "@/api/types";
import { useRegisteredCommands } from "@/commands/registry";
import { withTexts } from "@/i18n/with-texts";
import { openLive } from "@/live";
import { setStoreClock } from "@/live/store-clock";
import { useShownTheme } from "@/preferences/store";
import { cx } from "@/ui/cx";
import { AfterPatience, Failure, Skeleton } from "@/ui/states";
import { Bands } from "./Bands";
import { BottomNav } from "./BottomNav";
import { Header } from "./Header";
import { Sidebar } from "./Sidebar";
import { SignIn } from "./SignIn";
import { useServedStore } from "./use-served-store";
import { useShellCommands } from "./use-shell-commands";

const StopAll = lazy(() => import("./StopAll"));
const Palette = lazy(() => import("./Palette"));
const KeySheet = lazy(() => import("./KeySheet"));
const Toasts = lazy(() => import("./Toasts"));
const AiraDock = withTexts(["aira", "approvals", "activity"], () => import("@/aira/Dock"));

export function Shell() {
  const session = useSession();
  const { t } = useTranslation();
  const { data } = session;
  useServedStore();
  useEffect(() => {
    if (!data) return;
    if (data.store) setStoreClock(data.store.now, data.store.clock_rate);
    openLive(data.head);
  }, [data]);

  const signedOut = useSignedOut(session);
  if (signedOut) return <SignIn checking={session.isFetching} onCheck={() => session.refetch()} />;
  if (data) return <Frame session={data} />;
  return (
    <main className="mx-auto max-w-[520px] p-10">
      {session.error ? (
        <>
          <h1 className="mb-4 text-h2">{t("shell.noAnswer")}</h1>
          <Failure error={session.error} onRetry={() => session.refetch()} />
        </>
      ) : (
        <AfterPatience>
          <Skeleton rows={3} />
        </AfterPatience>
      )}
    </main>
  );
}

/** Stays true while it is asked again: a flicker would throw the sign-in page away. */
function useSignedOut(session: ReturnType<typeof useSession>): boolean {
  const known = useRef(false);
  if (session.error) known.current = asProblem(session.error).status === 401;
  else if (session.data) known.current = false;
  return known.current;
}

/** On its own page AIRA needs no dock, and who may not read the store has nobody to ask. */
function useAiraDock(session: Session): { open: boolean; toggle: (() => void) | null } {
  const { open } = useDock();
  const onPage = useLocation({ select: ({ pathname }) => /^\/aira(\/|$)/.test(pathname) });
  if (onPage || !session.permissions.includes("store:read")) return { open: false, toggle: null };
  return { open, toggle: () => setDock({ open: !open }) };
}

type Overlay = "palette" | "keys" | "stop" | null;

function Frame({ session }: { session: Session }) {
  const { t } = useTranslation();
  const [overlay, setOverlay] = useState<Overlay>(null);
  const close = () => setOverlay(null);
  const aira = useAiraDock(session);
  useShellCommands({
    toggleAira: aira.toggle,
    openPalette: () => setOverlay((open) => (open === "palette" ? null : "palette")),
    openKeys: () => setOverlay("keys"),
    openStop: () => setOverlay("stop"),
  });
  const theme = useShownTheme();
  // The stop switch must open even when the network has gone since.
  useEffect(() => void import("./StopAll"), []);
  const commands = useRegisteredCommands();

  return (
    <div className={cx("min-h-dvh md:pl-[216px]", aira.open && "xl:pr-[420px]")}>
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-row bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        {t("shell.skip")}
      </a>
      <Sidebar session={session} />
      <div className="flex min-h-dvh min-w-0 flex-col">
        <Header
          session={session}
          onSearch={() => setOverlay("palette")}
          onStop={() => setOverlay("stop")}
          onAira={aira.toggle}
        />
        <Bands session={session} />
        <main
          id="main"
          tabIndex={-1}
          className="w-full max-w-[1400px] flex-1 px-7 pt-6 pb-10 outline-none max-md:px-4 max-md:pt-4 max-md:pb-28"
        >
          <Suspense
            fallback={
              <AfterPatience>
                <Skeleton rows={6} />
              </AfterPatience>
            }
          >
            <Outlet />
          </Suspense>
        </main>
      </div>
      <BottomNav />
      <Suspense fallback={null}>
        {aira.open && <AiraDock />}
        {overlay === "stop" && <StopAll onClose={close} session={session} />}
        {overlay === "palette" && <Palette onClose={close} commands={commands} />}
        {overlay === "keys" && <KeySheet onClose={close} commands={commands} />}
        <Toasts theme={theme} />
      </Suspense>
    </div>
  );
}
