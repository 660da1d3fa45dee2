/** The threads as cards: who, about what, in which mood, and until when an answer is due. */
import { useTranslation } from "react-i18next";
import type { Thread } from "@/api/types";
import { useStoreNow } from "@/live/store-clock";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Age, Moment } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";
import { dueOf, INTENTS, MOOD_TONE, URGENCY_TONE } from "./words";

interface ThreadListProps {
  threads: Thread[];
  chosen: string | undefined;
  onOpen: (id: string) => void;
  more: { busy: boolean; load: () => void } | null;
}

export function ThreadList({ threads, chosen, onOpen, more }: ThreadListProps) {
  const { t } = useTranslation();
  return (
    <>
      <ul aria-label={t("support.threads")} className="space-y-2">
        {threads.map((thread) => (
          <li
            key={thread.id}
            className={cx(
              "motion-hover rounded-row border",
              thread.id === chosen
                ? "border-accent bg-accent-soft"
                : "border-line bg-surface hover:border-line-strong",
            )}
          >
            <button
              type="button"
              aria-current={thread.id === chosen || undefined}
              onClick={() => onOpen(thread.id)}
              className="block min-h-11 w-full rounded-row px-3 py-2.5 text-left"
            >
              <Row thread={thread} />
            </button>
          </li>
        ))}
      </ul>
      {more && (
        <Button small className="mt-3 w-full" disabled={more.busy} onClick={more.load}>
          {t("state.more")}
        </Button>
      )}
    </>
  );
}

function Row({ thread }: { thread: Thread }) {
  const { t } = useTranslation();
  return (
    <>
      <span className="flex items-baseline justify-between gap-3">
        <span className="min-w-0 truncate">{thread.subject || t("support.noSubject")}</span>
        <span className="shrink-0 text-meta text-muted">
          <Age at={thread.last_message_at} />
        </span>
      </span>
      <span className="block truncate text-meta text-muted">
        {thread.author || thread.address || t("support.erased")}
      </span>
      <span className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-meta text-muted">
        <Understood thread={thread} />
        <DueWord thread={thread} />
      </span>
    </>
  );
}

/** What the newest message was understood to mean. */
export function Understood({ thread }: { thread: Thread }) {
  const { t } = useTranslation();
  const triage = thread.triage;
  if (!triage) return <span>{t("support.unread")}</span>;
  const intent = INTENTS.find((each) => each === triage.intent);
  return (
    <>
      <span>{intent ? t(`intent.${intent}`) : triage.intent}</span>
      <ToneWord tone={MOOD_TONE[triage.sentiment]}>
        {t(`support.mood.${triage.sentiment}`)}
      </ToneWord>
      <ToneWord tone={URGENCY_TONE[triage.urgency]}>
        {t(`support.urgency.${triage.urgency}`)}
      </ToneWord>
    </>
  );
}

/** The promise that is next, by the store's clock. */
export function DueWord({ thread }: { thread: Thread }) {
  const { t } = useTranslation();
  const due = dueOf(thread, useStoreNow());
  return (
    <ToneWord tone={due.tone}>
      {due.kind === "kept" ? (
        t(thread.late ? "support.due.wasLate" : "support.due.kept")
      ) : (
        <>
          {t(`support.due.${due.kind}`)} {due.at && <Moment at={due.at} />}
          {due.tone === "bad" && ` (${t("support.due.late")})`}
        </>
      )}
    </ToneWord>
  );
}
