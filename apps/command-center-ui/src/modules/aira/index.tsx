/** AIRA on a page of its own: own conversations at the left, the one that is open beside them. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { setDock, useDock } from "@/aira/dock";
import { Thread } from "@/aira/Thread";
import { beginAnother, forgetTalk } from "@/aira/talks";
import { useConversation } from "@/api/conversation";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { PageHeader } from "@/ui/PageHeader";
import { ConversationList } from "./ConversationList";
import { ConversationTools } from "./ConversationTools";

export default function AiraPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { conversationId } = useParams({ strict: false }) as { conversationId?: string };
  const { question } = useDock();
  const id = conversationId ?? null;
  const open = (next: string | null, replace = false) =>
    void navigate({ to: next ? `/aira/${next}` : "/aira", replace } as never);
  const begin = () => {
    beginAnother("page");
    open(null);
  };
  return (
    <>
      <PageHeader
        title={t("nav.aira")}
        aside={
          <Button small icon={<Plus size={16} aria-hidden="true" />} onClick={begin}>
            {t("aira.newConversation")}
          </Button>
        }
      />
      <div className="grid gap-6 lg:grid-cols-[280px_minmax(0,1fr)]">
        <div
          className={cx(
            "lg:sticky lg:top-[72px] lg:max-h-[calc(100dvh-92px)] lg:self-start lg:overflow-y-auto",
            id !== null && "max-lg:hidden",
          )}
        >
          <ConversationList chosen={id} />
        </div>
        <section
          aria-label={t("aira.conversation")}
          className="flex min-w-0 flex-col lg:min-h-[calc(100dvh-190px)] -mb-10 max-md:-mb-14"
          style={{ "--composer-bottom": "calc(3.5rem + env(safe-area-inset-bottom))" } as object}
        >
          {id !== null && (
            <Heading
              id={id}
              onBack={() => open(null)}
              onDeleted={() => {
                forgetTalk(id);
                begin();
              }}
            />
          )}
          <Thread
            conversationId={id}
            place="page"
            question={question}
            onQuestionTaken={() => setDock({ question: null })}
            onBegun={(begun) => open(begun, true)}
            eager={globalThis.matchMedia?.("(min-width: 64rem)").matches ?? false}
          />
        </section>
      </div>
    </>
  );
}

interface HeadingProps {
  id: string;
  onBack: () => void;
  onDeleted: () => void;
}

function Heading({ id, onBack, onDeleted }: HeadingProps) {
  const { t } = useTranslation();
  const title = useConversation(id).data?.pages[0]?.title;
  return (
    <div className="mb-4 flex flex-wrap items-center justify-between gap-2 border-b border-line pb-3">
      <button
        type="button"
        onClick={onBack}
        className="inline-flex min-h-11 items-center gap-2 text-muted hover:text-fg lg:hidden"
      >
        <ArrowLeft size={16} aria-hidden="true" />
        {t("aira.conversations")}
      </button>
      <h2 className="min-w-0 flex-1 truncate text-h3 max-lg:order-last max-lg:basis-full">
        {title ?? t("aira.conversation")}
      </h2>
      {title !== undefined && <ConversationTools id={id} title={title} onDeleted={onDeleted} />}
    </div>
  );
}
