/** AIRA beside any page: a panel on wide screens, the whole screen on a phone. */
import { useNavigate } from "@tanstack/react-router";
import { Maximize2, Plus, X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useConversation } from "@/api/conversation";
import { asProblem } from "@/api/problem";
import { IconButton } from "@/ui/Button";
import { setDock, useDock } from "./dock";
import { Thread } from "./Thread";
import { beginAnother } from "./talks";

const PHONE = "(max-width: 47.99rem)";

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = globalThis.matchMedia(PHONE);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => globalThis.matchMedia(PHONE).matches,
  );
}

const close = () => setDock({ open: false, question: null });

export default function Dock() {
  const narrow = useNarrow();
  const { t } = useTranslation();
  if (!narrow) return <Panel />;
  return (
    <Radix.Root open onOpenChange={(open) => !open && close()}>
      <Radix.Portal>
        <Radix.Content
          aria-describedby={undefined}
          // Escape stops an answer first; the field says when it has nothing to stop.
          onEscapeKeyDown={(event) => event.defaultPrevented || close()}
          className="fixed inset-0 z-40 flex animate-appear flex-col bg-bg pb-[env(safe-area-inset-bottom)]"
        >
          <Bar title={<Radix.Title className="text-lead">{t("nav.aira")}</Radix.Title>} />
          <Body eager={false} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Panel() {
  const { t } = useTranslation();
  const panel = useRef<HTMLElement>(null);
  useEscape(panel);
  return (
    <aside
      ref={panel}
      aria-label={t("nav.aira")}
      className="fixed inset-y-0 right-0 z-30 flex w-[420px] max-w-[calc(100vw-216px)] animate-appear flex-col border-l border-line bg-bg"
    >
      <Bar title={<h2 className="text-lead">{t("nav.aira")}</h2>} />
      <Body eager />
    </aside>
  );
}

/** Escape inside the panel closes it, when nothing in it wanted the key, and the opener has the focus. */
function useEscape(panel: React.RefObject<HTMLElement | null>): void {
  // Read while drawing: the field takes the focus before effects of the panel run.
  const [opener] = useState(() => document.activeElement);
  useEffect(() => {
    const element = panel.current;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      close();
    };
    element?.addEventListener("keydown", onKey);
    return () => {
      element?.removeEventListener("keydown", onKey);
      const lost =
        document.activeElement === document.body || element?.contains(document.activeElement);
      if (lost && opener instanceof HTMLElement) opener.focus();
    };
  }, [panel, opener]);
}

function Bar({ title }: { title: ReactNode }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { conversation } = useDock();
  const wide = () => {
    close();
    void navigate({ to: conversation ? `/aira/${conversation}` : "/aira" } as never);
  };
  return (
    <div className="flex h-[52px] shrink-0 items-center gap-2 border-b border-line px-4 max-md:h-14">
      <div className="min-w-0 flex-1">{title}</div>
      <IconButton
        label={t("aira.newConversation")}
        onClick={() => {
          beginAnother("dock");
          setDock({ conversation: null });
        }}
      >
        <Plus size={16} aria-hidden="true" />
      </IconButton>
      <IconButton label={t("aira.openPage")} onClick={wide}>
        <Maximize2 size={16} aria-hidden="true" />
      </IconButton>
      <IconButton label={t("state.close")} onClick={close}>
        <X size={16} aria-hidden="true" />
      </IconButton>
    </div>
  );
}

function Body({ eager }: { eager: boolean }) {
  const { conversation, question } = useDock();
  useGone(conversation);
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto px-4 pt-4">
      <Thread
        conversationId={conversation}
        place="dock"
        eager={eager}
        question={question}
        onQuestionTaken={() => setDock({ question: null })}
        onBegun={(id) => setDock({ conversation: id })}
      />
    </div>
  );
}

/** The remembered conversation may have been deleted since: then another begins. */
function useGone(conversation: string | null): void {
  const { error } = useConversation(conversation);
  const gone = error !== null && asProblem(error).status === 404;
  useEffect(() => {
    if (gone) setDock({ conversation: null });
  }, [gone]);
}
