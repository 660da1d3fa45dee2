/** Own conversations, the last used first; the search is the server's and also looks into messages. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Conversation } from "@/api/aira";
import { useConversations } from "@/api/conversations";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { SearchField } from "@/ui/fields";
import { QueryView } from "@/ui/QueryView";
import { ToneDot } from "@/ui/Tone";
import { useUrlState } from "@/ui/use-url-state";

export function ConversationList({ chosen }: { chosen: string | null }) {
  const { t } = useTranslation();
  const [{ q = "" }, setUrl] = useUrlState();
  const query = useConversations(q);
  return (
    <nav aria-label={t("aira.conversations")} className="space-y-3">
      <SearchField
        value={q}
        onChange={(text) => setUrl({ q: text })}
        label={t("aira.search")}
        className="p-0.5"
      />
      <QueryView
        query={query}
        isEmpty={({ pages }) => pages.every((page) => page.data.length === 0)}
        empty={{ title: t("aira.emptyTitle"), body: t("aira.emptyBody") }}
        onClearFilters={q ? () => setUrl({ q: "" }) : undefined}
      >
        {({ pages }) => (
          <>
            <ul className="space-y-1">
              {pages
                .flatMap((page) => page.data)
                .map((conversation) => (
                  <li key={conversation.id}>
                    <Row conversation={conversation} chosen={conversation.id === chosen} q={q} />
                  </li>
                ))}
            </ul>
            {query.hasNextPage && (
              <Button
                small
                className="w-full"
                disabled={query.isFetchingNextPage}
                onClick={() => query.fetchNextPage()}
              >
                {t("state.more")}
              </Button>
            )}
          </>
        )}
      </QueryView>
    </nav>
  );
}

interface RowProps {
  conversation: Conversation;
  chosen: boolean;
  q: string;
}

function Row({ conversation, chosen, q }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Link
      to={`/aira/${conversation.id}` as never}
      search={(q ? { q } : {}) as never}
      // A conversation opens at its end, not at the page's top.
      resetScroll={false}
      aria-current={chosen ? "page" : undefined}
      className={cx(
        "motion-hover block rounded-row border px-3 py-2",
        chosen ? "border-accent bg-accent-soft" : "border-transparent hover:bg-raised",
      )}
    >
      <span className="block truncate text-body">{conversation.title}</span>
      <span className="flex items-center gap-2 text-meta text-muted">
        {conversation.answering && (
          <>
            <ToneDot tone="info" busy />
            <span>{t("aira.answering")}</span>
          </>
        )}
        <span>{format.dateTime(conversation.updated_at)}</span>
        <span>{t("aira.turns", { count: conversation.turns })}</span>
      </span>
    </Link>
  );
}
