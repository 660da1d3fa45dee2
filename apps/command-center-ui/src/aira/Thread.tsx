/** A conversation: what was said, what is being answered, and the field to say more. */
import { useQueryClient } from "@tanstack/react-query";
import { ArrowDown } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChatStatus } from "@/api/chat-status";
import { useConversation } from "@/api/conversation";
import { asProblem } from "@/api/problem";
import { useCommands } from "@/commands/registry";
import { Button } from "@/ui/Button";
import { AfterPatience, Failure, Note, Skeleton } from "@/ui/states";
import { Announcer } from "./Announcer";
import { Composer } from "./Composer";
import { keepDraft, keptDraft } from "./drafts";
import { ConnectionNotice, ModelNotice } from "./Notices";
import type { StoredTurn } from "./protocol";
import { Starters } from "./Starters";
import { Said, Turn } from "./Turn";
import type { Talk, TalkState } from "./talk";
import { type Place, useTalk } from "./talks";
import { type TurnView, viewOf } from "./turn";
import { useStickToEnd } from "./use-stick-to-end";

interface ThreadProps {
  conversationId: string | null;
  place: Place;
  /** The conversation begun here has its name now. */
  onBegun: (conversationId: string) => void;
  eager: boolean;
  /** Asked from elsewhere: said once it is known what it follows, or written while AIRA answers. */
  question: string | null;
  onQuestionTaken: () => void;
}

export function Thread(props: ThreadProps) {
  const { conversationId, place, onBegun, eager } = props;
  const { t } = useTranslation();
  const [talk, state] = useTalk(conversationId, place);
  const status = useChatStatus();
  const stored = useConversation(conversationId);
  const turns = useTurns(stored.data, state);
  const draft = useDraft(conversationId ?? place, talk, state);
  const hasWords = turns.length > 0 || state.pending !== null;
  const end = useRef<HTMLDivElement>(null);
  const { away, goToEnd } = useStickToEnd(end, [turns, state.pending], hasWords);

  useBegun(conversationId, state.conversationId, (id) => {
    // What was written meanwhile goes along.
    keepDraft(id, draft.text);
    keepDraft(place, "");
    onBegun(id);
  });
  useFollow(talk, state, stored.data);
  useSettled(state);
  useCommands(
    state.current
      ? [
          {
            id: `aira.${place}.cancel`,
            group: "list",
            label: t("aira.stop"),
            keys: "Escape",
            run: () => void talk.cancel(),
          },
        ]
      : [],
  );

  const last = turns.at(-1)?.id ?? "";
  const say = useCallback(
    (text: string) => {
      goToEnd();
      void talk.say(text, last);
    },
    [talk, last, goToEnd],
  );
  const settled = conversationId === null || stored.data !== undefined;
  const unknown = !settled && !stored.error;
  const canSay = settled && state.phase === "idle";
  useQuestion(props, unknown, canSay ? say : draft.add);

  const followOther = (turn: string) => {
    talk.forgetProblem();
    void stored.refetch();
    void talk.follow(emptyTurn(turn));
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div ref={end} className="flex-1 space-y-6 pb-4" aria-live="off">
        <History stored={stored} wanted={conversationId !== null && turns.length === 0} />
        {settled && !hasWords && <Starters onChoose={draft.write} status={status.data} />}
        {turns.map((turn) => (
          <Turn key={turn.id} turn={turn} onAgain={draft.add} onMore={canSay ? say : undefined} />
        ))}
        {state.pending !== null && <Said text={state.pending} />}
      </div>
      <Announcer state={state} />
      <div className="sticky bottom-0 z-10 bg-bg pt-2 pb-3 max-md:bottom-[var(--composer-bottom,0px)]">
        {away && (
          <Button
            small
            className="absolute -top-10 left-1/2 -translate-x-1/2"
            icon={<ArrowDown size={16} aria-hidden="true" />}
            onClick={goToEnd}
          >
            {t("aira.toEnd")}
          </Button>
        )}
        <ConnectionNotice talk={talk} state={state} onFollow={followOther} />
        {status.data && <ModelNotice status={status.data} />}
        {status.error && !status.data && <Failure error={status.error} onRetry={status.refetch} />}
        <Composer
          text={draft.text}
          onText={draft.write}
          onSay={(text) => {
            draft.said();
            say(text);
          }}
          onCancel={() => void talk.cancel()}
          phase={state.phase}
          status={status.data}
          blocked={!settled}
          eager={eager}
        />
      </div>
    </div>
  );
}

type Stored = ReturnType<typeof useConversation>;

/** The states of what was said before: loading, lost, out of date, and more above. */
function History({ stored, wanted }: { stored: Stored; wanted: boolean }) {
  const { t } = useTranslation();
  if (stored.data === undefined) {
    if (!wanted) return null;
    if (!stored.error) {
      return (
        <AfterPatience>
          <Skeleton rows={3} />
        </AfterPatience>
      );
    }
    const gone = asProblem(stored.error).status === 404;
    return <Failure error={stored.error} onRetry={gone ? undefined : () => stored.refetch()} />;
  }
  return (
    <>
      {stored.error && <Note tone="warn">{t("aira.notRefreshed")}</Note>}
      {stored.hasNextPage && (
        <Button
          small
          className="mx-auto flex"
          disabled={stored.isFetchingNextPage}
          onClick={() => stored.fetchNextPage()}
        >
          {t("aira.earlier")}
        </Button>
      )}
    </>
  );
}

/** What the server keeps, with what this tab hears laid over it. */
function useTurns(data: Stored["data"], state: TalkState): readonly TurnView[] {
  return useMemo(() => {
    const kept = (data?.pages ?? []).toReversed().flatMap((page) => page.turns);
    const heard = new Map(state.turns.map((turn) => [turn.id, turn]));
    const known = new Set(kept.map((turn) => turn.id));
    return [
      ...kept.map((turn) => fresher(turn, heard.get(turn.id))),
      ...state.turns.filter((turn) => !known.has(turn.id)),
    ];
  }, [data, state.turns]);
}

function fresher(stored: StoredTurn, heard: TurnView | undefined): TurnView {
  const kept = viewOf(stored);
  if (!heard || heard.lastEventId < kept.lastEventId) return kept;
  return heard.lastEventId === kept.lastEventId && kept.status !== "answering" ? kept : heard;
}

/** The name of a conversation begun here, told once. */
function useBegun(shown: string | null, begun: string | null, onBegun: (id: string) => void): void {
  const latest = useRef(onBegun);
  latest.current = onBegun;
  useEffect(() => {
    if (shown === null && begun !== null) latest.current(begun);
  }, [shown, begun]);
}

/** A turn that was being answered when the page came is listened to from where it is. */
function useFollow(talk: Talk, state: TalkState, data: Stored["data"]): void {
  const answering = data?.pages[0]?.answering ?? null;
  const { phase, turns, problem } = state;
  useEffect(() => {
    if (!answering || phase !== "idle" || problem) return;
    const heard = turns.find((turn) => turn.id === answering);
    if (heard && heard.status !== "answering") return;
    const stored = data?.pages.flatMap((page) => page.turns).find((turn) => turn.id === answering);
    if (stored?.status === "answering") void talk.follow(viewOf(stored));
  }, [talk, answering, phase, turns, problem, data]);
}

/** After an answer the lists, the budget and the kept conversation are out of date. */
function useSettled(state: TalkState): void {
  const queries = useQueryClient();
  const { phase, clash } = state;
  const before = useRef(phase);
  useEffect(() => {
    const ended = phase === "idle" && before.current !== "idle";
    before.current = phase;
    if (!ended && clash === null) return;
    void queries.invalidateQueries({ queryKey: ["conversations"] });
    void queries.invalidateQueries({ queryKey: ["chat", "status"] });
  }, [queries, phase, clash]);
}

interface Draft {
  text: string;
  write: (text: string) => void;
  /** Below what is written already. */
  add: (text: string) => void;
  said: () => void;
}

/** Kept per conversation; what could not be said comes back before anything written since. */
function useDraft(conversation: string, talk: Talk, state: TalkState): Draft {
  const [draft, setDraft] = useState({ conversation, text: keptDraft(conversation) });
  const text = draft.conversation === conversation ? draft.text : keptDraft(conversation);
  const write = useCallback(
    (next: string) => {
      keepDraft(conversation, next);
      setDraft({ conversation, text: next });
    },
    [conversation],
  );
  const latest = useRef(text);
  latest.current = text;
  const add = useCallback(
    (more: string) => write([latest.current, more].filter(Boolean).join("\n")),
    [write],
  );
  const said = useCallback(() => setDraft({ conversation, text: "" }), [conversation]);
  const { returned, pending } = state;
  useEffect(() => {
    if (returned === null) return;
    write([returned, text].filter(Boolean).join("\n"));
    talk.takeBack();
  }, [returned, text, write, talk]);
  // Only a message that was taken leaves the kept draft: until then it may come back.
  const before = useRef(pending);
  useEffect(() => {
    const taken = before.current !== null && pending === null && returned === null;
    before.current = pending;
    if (taken) keepDraft(conversation, text);
  }, [pending, returned, text, conversation]);
  return { text, write, add, said };
}

function useQuestion(
  { question, onQuestionTaken }: ThreadProps,
  unknown: boolean,
  put: (text: string) => void,
): void {
  const taken = useRef(onQuestionTaken);
  taken.current = onQuestionTaken;
  useEffect(() => {
    if (!question || unknown) return;
    put(question);
    taken.current();
  }, [question, unknown, put]);
}

/** A turn of another tab of which only the name is known: its first event tells the rest. */
function emptyTurn(id: string): TurnView {
  return viewOf({
    id,
    text: "",
    mode: "model",
    status: "answering",
    at: new Date().toISOString(),
    finished_at: null,
    last_event_id: 0,
    events: [],
  });
}
