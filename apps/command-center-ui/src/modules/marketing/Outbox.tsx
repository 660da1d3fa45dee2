/** What went to customers, or stays here where no carrier is set. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMessage, useMessagePages } from "@/api/marketing";
import type { Message } from "@/api/types";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { cx } from "@/ui/cx";
import { QueryView } from "@/ui/QueryView";
import { Note } from "@/ui/states";
import { Moment } from "@/ui/Time";
import { type Tone, ToneWord } from "@/ui/Tone";
import { useUrlState } from "@/ui/use-url-state";
import { Mail } from "./Mail";

const TONES: Record<Message["state"], Tone> = {
  composed: "info",
  handing_over: "warn",
  sent: "ok",
  bounced: "bad",
};

export function Outbox({ carrier }: { carrier: Message["carrier"] }) {
  const { t } = useTranslation();
  const [url, setUrl] = useUrlState();
  const query = useMessagePages(undefined);
  const rows = query.data?.pages.flatMap((page) => page.data) ?? [];
  const chosen = url.message;
  return (
    <>
      {carrier === "outbox" && <Note tone="info">{t("marketing.local")}</Note>}
      <QueryView
        query={query}
        isEmpty={() => rows.length === 0}
        empty={{ title: t("marketing.noMail"), body: t("marketing.noMailHow") }}
      >
        {() => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
            <Card title={t("marketing.view.outbox")}>
              <ul className="divide-y divide-line">
                {rows.map((message) => (
                  <Row
                    key={message.id}
                    message={message}
                    chosen={message.id === chosen}
                    onChoose={() => setUrl({ message: message.id })}
                  />
                ))}
              </ul>
              {query.hasNextPage && (
                <Button small onClick={() => void query.fetchNextPage()}>
                  {t("marketing.more")}
                </Button>
              )}
            </Card>
            {chosen && <Opened id={chosen} />}
          </div>
        )}
      </QueryView>
    </>
  );
}

interface RowProps {
  message: Message;
  chosen: boolean;
  onChoose: () => void;
}

function Row({ message, chosen, onChoose }: RowProps) {
  const { t } = useTranslation();
  return (
    <li>
      <button
        type="button"
        aria-current={chosen}
        onClick={onChoose}
        className={cx(
          "w-full px-2 py-2 text-left text-dense hover:bg-raised",
          chosen && "bg-raised",
        )}
      >
        <span className="flex flex-wrap items-baseline justify-between gap-x-4">
          <span className="min-w-0 truncate font-medium">
            {message.subject ?? t("marketing.erased")}
          </span>
          <ToneWord tone={TONES[message.state]}>{t(`marketing.state.${message.state}`)}</ToneWord>
        </span>
        <span className="flex flex-wrap justify-between gap-x-4 text-meta text-muted">
          <span className="min-w-0 truncate">{message.address ?? "–"}</span>
          <Moment at={message.sent_at ?? message.created_at} />
        </span>
      </button>
    </li>
  );
}

function Opened({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useMessage(id);
  return (
    <Card label={t("marketing.opened")}>
      <QueryView query={query}>
        {(message) => (
          <>
            {message.state === "handing_over" && <Note tone="warn">{t("marketing.inDoubt")}</Note>}
            <p className="mb-2 flex flex-wrap gap-x-4 text-meta text-muted">
              <span>{message.address ?? "–"}</span>
              <span className="font-mono">
                {message.flow} {message.step}
              </span>
              <Link
                to="/approvals/$decisionId"
                params={{ decisionId: message.decision_id }}
                search={{ status: "all" }}
                className="text-accent underline underline-offset-2"
              >
                {t("marketing.why")}
              </Link>
            </p>
            <Mail subject={message.subject} html={message.html} text={message.text} />
          </>
        )}
      </QueryView>
    </Card>
  );
}
