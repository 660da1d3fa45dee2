/** What was said, oldest first, with the files that came; words from outside stay plain text. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ThreadDetail, ThreadMessage } from "@/api/types";
import { Card } from "@/ui/Card";
import { cx } from "@/ui/cx";
import { Note } from "@/ui/states";
import { Moment } from "@/ui/Time";
import { Sender } from "./Sender";

export function Conversation({ thread }: { thread: ThreadDetail }) {
  const { t } = useTranslation();
  return (
    <Card
      title={thread.subject || t("support.noSubject")}
      aside={t(`support.state.${thread.status}`)}
    >
      {thread.escalation && (
        <Note tone="warn">
          <p className="font-medium">{thread.escalation.reason}</p>
          <p className="whitespace-pre-line">{thread.escalation.summary}</p>
        </Note>
      )}
      <Sender thread={thread} />
      <ol aria-label={t("support.messages")} className="space-y-3">
        {thread.messages.map((message) => (
          <Message key={message.id} thread={thread.id} message={message} />
        ))}
      </ol>
    </Card>
  );
}

interface MessageProps {
  thread: string;
  message: ThreadMessage;
}

function Message({ thread, message }: MessageProps) {
  const { t } = useTranslation();
  const ours = message.direction === "outbound";
  return (
    <li
      className={cx(
        "rounded-row border p-3",
        ours ? "border-line bg-raised lg:ml-10" : "border-line-strong bg-bg lg:mr-10",
      )}
    >
      <p className="mb-1 flex flex-wrap items-baseline justify-between gap-x-4 text-meta text-muted">
        <span className="min-w-0 truncate">
          {ours ? t("support.us") : message.author || message.address || t("support.erased")}
          {message.is_automatic && ` · ${t("support.automatic")}`}
        </span>
        <Moment at={message.sent_at} />
      </p>
      <p className="whitespace-pre-wrap break-words">{message.text}</p>
      {message.quoted && (
        <details className="mt-2 text-meta text-muted">
          <summary className="cursor-pointer">{t("support.quoted")}</summary>
          <p className="mt-1 whitespace-pre-wrap break-words">{message.quoted}</p>
        </details>
      )}
      <Files thread={thread} message={message} />
      {message.decision_id && (
        <Link
          to="/approvals/$decisionId"
          params={{ decisionId: message.decision_id } as never}
          search={{ status: "all" } as never}
          className="mt-2 inline-block text-meta text-accent underline underline-offset-2"
        >
          {t("support.why")}
        </Link>
      )}
    </li>
  );
}

function Files({ thread, message }: MessageProps) {
  const { t } = useTranslation();
  if (message.attachments.length === 0) return null;
  return (
    <ul aria-label={t("support.files")} className="mt-2 space-y-1 text-meta">
      {message.attachments.map((file) => (
        <li key={file.id} className="flex flex-wrap gap-x-3">
          {file.refused ? (
            <span className="min-w-0 break-all">{file.filename}</span>
          ) : (
            <a
              className="min-w-0 break-all text-accent underline underline-offset-2"
              href={`/v1/threads/${encodeURIComponent(thread)}/attachments/${encodeURIComponent(file.id)}`}
              download
            >
              {file.filename}
            </a>
          )}
          <span className="text-muted">
            {file.media_type} · {t("support.bytes", { value: Math.ceil(file.size / 1024) })}
          </span>
          {file.refused && (
            <span className="text-warn">{t("support.refused", { why: file.refused })}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
