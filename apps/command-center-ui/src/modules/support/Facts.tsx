/** What is known of the case, and the draft with what each of its sentences rests on. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { ThreadDetail, ThreadDraft } from "@/api/types";
import { Card } from "@/ui/Card";
import { Note } from "@/ui/states";
import { Moment } from "@/ui/Time";
import { Answer } from "./Answer";
import { DueWord, Understood } from "./ThreadList";
import { INTENTS } from "./words";

export function Facts({ thread }: { thread: ThreadDetail }) {
  const { t } = useTranslation();
  return (
    <div className="space-y-4">
      <Card title={t("support.facts")}>
        <p className="flex flex-wrap gap-x-4 gap-y-1 text-dense">
          <Understood thread={thread} />
          <DueWord thread={thread} />
        </p>
        {thread.triage?.reasons.map((reason) => (
          <p key={reason} className="mt-1 break-words text-meta text-muted">
            {reason}
          </p>
        ))}
        <p className="mt-2 flex flex-wrap gap-x-4 text-dense">
          {thread.customer_id ? (
            <Link
              to="/customers/$customerId"
              params={{ customerId: thread.customer_id } as never}
              className="text-accent underline underline-offset-2"
            >
              {t("support.customer")}
            </Link>
          ) : (
            <span className="text-muted">{t("support.noCustomer")}</span>
          )}
          {thread.order_id && (
            <Link
              to="/orders/$orderId"
              params={{ orderId: thread.order_id } as never}
              className="text-accent underline underline-offset-2"
            >
              {t("support.order")}
            </Link>
          )}
        </p>
        {thread.satisfaction !== null && (
          <p className="mt-2 text-dense">
            {t("support.satisfaction", { value: thread.satisfaction })}
          </p>
        )}
      </Card>
      {thread.draft ? (
        <Draft draft={thread.draft} />
      ) : (
        <Card title={t("support.draft")}>
          <p className="text-dense text-muted">
            {t(thread.triage ? "support.noDraft" : "support.notReadYet")}
          </p>
        </Card>
      )}
      <Answer key={thread.draft?.id ?? ""} thread={thread} />
    </div>
  );
}

function Draft({ draft }: { draft: ThreadDraft }) {
  const { t } = useTranslation();
  const isModel = draft.made_by.startsWith("model:");
  const name = draft.made_by.slice(draft.made_by.indexOf(":") + 1);
  const intent = INTENTS.find((each) => each === name);
  return (
    <Card
      title={t("support.draft")}
      aside={t(isModel ? "support.byModel" : "support.byMacro", {
        name: intent && !isModel ? t(`intent.${intent}`) : name,
      })}
    >
      {draft.missing.length > 0 && (
        <Note tone="warn">{t("support.missing", { what: draft.missing.join(", ") })}</Note>
      )}
      <p lang={draft.language} className="whitespace-pre-wrap break-words">
        {draft.text}
      </p>
      {draft.citations.length > 0 && (
        <ol aria-label={t("support.sources")} className="mt-3 space-y-2 text-meta">
          {draft.citations.map((citation, index) => (
            <li key={citation.source_id} className="border-t border-line pt-2">
              <p className="flex flex-wrap justify-between gap-x-4">
                <span className="font-medium">
                  [{index + 1}] {t(`support.source.${citation.type}`)} · {citation.title}
                </span>
                <span className="text-muted">
                  <Moment at={citation.as_of} />
                </span>
              </p>
              <p className="break-words text-muted">{citation.quote}</p>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
