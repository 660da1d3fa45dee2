/** How an order went to its supplier by mail, and what was answered. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { SupplierOrder } from "@/api/types";
import { Moment } from "@/ui/Time";
import { type Tone, ToneWord } from "@/ui/Tone";

const TONE: Record<string, Tone> = { sent: "ok", handing_over: "warn", bounced: "bad" };

/** When the order went out, to whom, and whether that is certain. */
export function Mails({ mails }: { mails: SupplierOrder["mails"] }) {
  const { t } = useTranslation();
  if (mails.length === 0) return null;
  return (
    <ul aria-label={t("suppliers.mails")} className="grid w-full gap-1">
      {mails.map((mail) => (
        <li key={mail.message_id} className="flex flex-wrap gap-x-3 break-all">
          <Link to="/approvals/$decisionId" params={{ decisionId: mail.decision_id } as never}>
            <ToneWord tone={TONE[mail.state] ?? "muted"}>
              {t(mailState(mail), { to: mail.to ?? t("suppliers.unknown") })}
            </ToneWord>
          </Link>
          {mail.sent_at && (
            <span className="text-muted">
              <Moment at={mail.sent_at} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function mailState(mail: SupplierOrder["mails"][number]) {
  if (mail.state === "bounced") return "suppliers.mailBounced";
  if (mail.state === "handing_over") return "suppliers.mailInDoubt";
  return mail.carrier === "outbox" ? "suppliers.mailInOutbox" : "suppliers.mailSent";
}

/** What came back about an order: its sender's words, with parcels they may name. */
export function Replies({ replies }: { replies: SupplierOrder["replies"] }) {
  const { t } = useTranslation();
  if (replies.length === 0) return null;
  return (
    <ul aria-label={t("suppliers.replies")} className="grid w-full gap-2 border-l border-line pl-3">
      {replies.map((reply) => (
        <li key={reply.message_id}>
          <p className="text-muted">
            {reply.author || reply.address || t("suppliers.unknown")} ·{" "}
            <Moment at={reply.received_at} /> ·{" "}
            <Link
              to="/support"
              search={{ thread: reply.thread_id } as never}
              className="text-accent underline underline-offset-2"
            >
              {t("suppliers.thread")}
            </Link>
          </p>
          <p className="break-words">{reply.text}</p>
          {reply.parcels.map((parcel) => (
            <p key={parcel.number} className="text-warn">
              {t("suppliers.perhapsParcel", {
                number: parcel.number,
                carrier: parcel.carrier ?? t("suppliers.unknown"),
              })}
            </p>
          ))}
        </li>
      ))}
    </ul>
  );
}
