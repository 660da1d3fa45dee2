/** Tells a screen reader what AIRA says: at pauses, after whole sentences, and at the end. */
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TalkState } from "./talk";
import type { TurnView } from "./turn";

const PAUSE_MS = 1_200;
/** Who never pauses is told on at the end of a sentence, this often. */
const BREATH_MS = 5_000;

/** Marks of Markdown are not words. */
export function readable(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/[`*_#>|~]+/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Everything there is to hear so far, in one text that grows at its end. */
function audible(turn: TurnView | undefined): string {
  if (!turn) return "";
  const parts = turn.parts.map((part) => {
    switch (part.kind) {
      case "text":
        return readable(part.text);
      case "tool":
        return `${part.title}.`;
      case "approval":
        return `${part.approval.title}.`;
      default:
        return "";
    }
  });
  return parts.filter(Boolean).join(" ");
}

/** The part that can be said now: all of it, or what ends with a sentence. */
export function sayable(rest: string, whole: boolean): string {
  if (whole) return rest;
  return /^[\s\S]*[.!?:](?=\s)/.exec(rest)?.[0] ?? "";
}

interface Told {
  turn: string;
  text: string;
  status: string;
  at: number;
}

export function Announcer({ state }: { state: TalkState }) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const told = useRef<Told>({ turn: "", text: "", status: "", at: 0 });
  const turn = state.turns.at(-1);
  const text = audible(turn);
  const status = turn?.status ?? "";
  const id = turn?.id ?? "";

  useEffect(() => {
    if (!id) return;
    if (told.current.turn !== id) {
      told.current = { turn: id, text: "", status: "answering", at: Date.now() };
    }
    const over = status !== "answering";
    const breath = told.current.at + BREATH_MS - Date.now();
    const tell = (whole: boolean) => {
      const known = told.current;
      const same = text.startsWith(known.text);
      const say = sayable(same ? text.slice(known.text.length) : text, whole);
      const ended = over && known.status !== status;
      const end = ended ? t(`aira.ended.${status}` as "aira.ended.completed") : "";
      told.current = {
        turn: id,
        text: (same ? known.text : "") + say,
        status,
        at: Date.now(),
      };
      const next = [say.trim(), end].filter(Boolean).join(" ");
      if (next) setWords(next);
    };
    const timer = over
      ? setTimeout(() => tell(true), 0)
      : setTimeout(() => tell(breath >= PAUSE_MS), Math.max(Math.min(PAUSE_MS, breath), 0));
    return () => clearTimeout(timer);
  }, [id, text, status, t]);

  return (
    <>
      <p role="status" aria-live="polite" aria-atomic="true" data-announcer className="sr-only">
        {words}
      </p>
      <p role="status" aria-live="polite" className="sr-only">
        {state.phase === "reconnecting" ? t("aira.reconnecting") : ""}
      </p>
    </>
  );
}
