/** How a command could go on: asked of the server while it is typed, chosen with the keyboard. */
import { useEffect, useState } from "react";
import type { Completion } from "@/api/aira";
import { useCompletions } from "@/api/chat-commands";

const TYPING_MS = 120;
/** Nobody types a command as long as this; a pasted text is not one. */
const LONGEST = 400;

export interface CompletionState {
  options: readonly Completion[];
  /** The option the arrow keys are on; -1 for none. */
  active: number;
  move(by: 1 | -1): void;
  close(): void;
}

function useLater(text: string | null): string | null {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), text === null ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return text === null ? null : later;
}

/** `text` is what stands before the caret; completion ends where a line does. */
export function useCompletion(text: string): CompletionState {
  const isCommand = text.startsWith("/") && !text.includes("\n") && text.length <= LONGEST;
  const [closedAt, setClosedAt] = useState<string | null>(null);
  const asked = useLater(isCommand ? text : null);
  const open = isCommand && closedAt !== text;
  const found = useCompletions(open ? asked : null).data?.data ?? [];
  const options = open ? found.filter((option) => option.text !== text) : [];
  const [active, setActive] = useState(-1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text has other options
  useEffect(() => setActive(-1), [text]);
  return {
    options,
    active: active < options.length ? active : -1,
    move: (by) => setActive((at) => wrap(at + by, options.length)),
    close: () => setClosedAt(text),
  };
}

/** -1 is the field itself, between the last option and the first. */
function wrap(at: number, count: number): number {
  if (at >= count) return -1;
  return at < -1 ? count - 1 : at;
}
