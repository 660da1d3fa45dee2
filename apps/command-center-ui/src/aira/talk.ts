/** One conversation as this tab hears it: says messages, follows answers, outlives dropped connections. */
import type { ChatMessage } from "@/api/aira";
import { cancelTurn, followTurn, sayMessage } from "@/api/chat-turn";
import { type ApiProblem, asProblem, networkProblem } from "@/api/problem";
import type { ChatEvent } from "./protocol";
import { eventsOf } from "./stream";
import { fold, type TurnView } from "./turn";

export type Phase = "idle" | "sending" | "answering" | "reconnecting" | "stopping";

/** Why a message was not taken: the conversation is busy, or went on in another tab. */
export interface Clash {
  reason: "answering" | "moved_on";
  turnId: string;
}

export interface TalkState {
  conversationId: string | null;
  phase: Phase;
  /** Turns heard in this tab, in the order they began. */
  turns: readonly TurnView[];
  /** The turn being followed. */
  current: string | null;
  /** Said, but not yet taken. */
  pending: string | null;
  /** Could not be said: the text to give back to the writer. */
  returned: string | null;
  problem: ApiProblem | null;
  clash: Clash | null;
}

interface Following {
  message: ChatMessage | null;
  turn: TurnView | null;
  abort: AbortController;
}

const RETRY_MS = [250, 500, 1_000, 2_000, 4_000, 8_000];
/** A message that nobody takes is given back after this many tries. */
const TRIES_TO_SAY = 6;
/** Tokens arrive faster than a screen can change. */
const PAINT_MS = 40;

export class Talk {
  #state: TalkState;
  #listeners = new Set<() => void>();
  #following: Following | null = null;
  #painting: ReturnType<typeof setTimeout> | null = null;
  #wake: (() => void) | null = null;
  /** The message that may have been lost on its way; said again it keeps its name. */
  #unsure: ChatMessage | null = null;

  constructor(conversationId: string | null) {
    this.#state = {
      conversationId,
      phase: "idle",
      turns: [],
      current: null,
      pending: null,
      returned: null,
      problem: null,
      clash: null,
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): TalkState => this.#state;

  /** Says `text` after the last turn shown; the promise ends with the answer. */
  async say(text: string, afterTurn: string): Promise<void> {
    if (this.#following) return;
    const { conversationId } = this.#state;
    const message: ChatMessage = {
      text,
      conversation_id: conversationId,
      after_turn: conversationId ? afterTurn : null,
      message_id: this.#unsure?.text === text ? (this.#unsure.message_id ?? null) : newName(),
    };
    this.#unsure = message;
    this.#set({ phase: "sending", pending: text, returned: null, problem: null, clash: null });
    await this.#hear({ message, turn: null, abort: new AbortController() });
  }

  /** Follows a turn that is being answered already. */
  async follow(turn: TurnView): Promise<void> {
    if (this.#following) return;
    this.#set({ phase: "answering", problem: null, clash: null, turns: this.#with(turn) });
    await this.#hear({ message: null, turn, abort: new AbortController() });
  }

  /** Stops the answer; what was said stays. */
  async cancel(): Promise<void> {
    const { current, phase } = this.#state;
    if (!current || phase === "stopping") return;
    this.#set({ phase: "stopping" });
    await this.stop(current);
  }

  /** Stops a turn, also one that another tab follows. */
  async stop(turnId: string): Promise<void> {
    try {
      await cancelTurn(turnId);
      this.#set({ clash: null });
    } catch (error) {
      const phase = this.#following ? "answering" : "idle";
      this.#set({ phase, problem: asProblem(error) });
    }
  }

  /** Ends the wait for the next try. */
  retryNow(): void {
    this.#wake?.();
  }

  /** The writer has the text back. */
  takeBack(): void {
    if (this.#state.returned !== null) this.#set({ returned: null });
  }

  forgetProblem(): void {
    this.#set({ problem: null, clash: null });
  }

  /** Listens no more; the turn goes on at the server. */
  leave(): void {
    this.#following?.abort.abort();
  }

  async #hear(following: Following): Promise<void> {
    this.#following = following;
    this.#set({ current: following.turn?.id ?? null });
    let failures = 0;
    const heard = () => {
      failures = 0;
    };
    while (!following.abort.signal.aborted) {
      try {
        await this.#listen(following, heard);
        break;
      } catch (error) {
        if (following.abort.signal.aborted) break;
        const problem = asProblem(error);
        if (isFinal(problem) || (!following.turn && failures + 1 >= TRIES_TO_SAY)) {
          this.#refused(following, problem);
          break;
        }
      }
      if (this.#state.phase !== "stopping") this.#set({ phase: "reconnecting" });
      await this.#pause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 0);
      failures += 1;
    }
    this.#following = null;
    this.#set({ phase: "idle", current: null, pending: null });
  }

  async #listen(following: Following, heard: () => void): Promise<void> {
    const { message, turn, abort } = following;
    const body =
      turn || !message
        ? await followTurn(turn?.id ?? "", turn?.lastEventId ?? 0, abort.signal)
        : await sayMessage(message, abort.signal);
    for await (const event of eventsOf(body)) {
      heard();
      this.#take(following, event);
      if (isOver(following.turn)) return;
    }
    // It ended without its end: the connection was cut at a tidy place.
    throw networkProblem();
  }

  #take(following: Following, event: ChatEvent): void {
    const turn = fold(following.turn, event);
    if (!turn) return;
    const begins = !following.turn;
    following.turn = turn;
    if (begins) this.#unsure = null;
    const stopping = this.#state.phase === "stopping";
    const next: Partial<TalkState> = { turns: this.#with(turn), current: turn.id };
    if (!stopping) next.phase = "answering";
    if (begins) {
      next.pending = null;
      next.conversationId = turn.conversationId ?? this.#state.conversationId;
    }
    // Beginnings and ends show at once; what is between them as fast as a screen can.
    if (begins || event.event !== "text") this.#set(next);
    else this.#paint(next);
  }

  #with(turn: TurnView): TurnView[] {
    const { turns } = this.#state;
    if (!turns.some((each) => each.id === turn.id)) return [...turns, turn];
    return turns.map((each) => (each.id === turn.id ? turn : each));
  }

  #refused({ message, turn }: Following, problem: ApiProblem): void {
    if (!message || turn) {
      this.#set({ problem });
      return;
    }
    const clash = clashOf(problem);
    // A refusal is an answer: the message was not taken, so the next one is another.
    if (isFinal(problem)) this.#unsure = null;
    this.#set({ returned: message.text, pending: null, problem: clash ? null : problem, clash });
  }

  async #pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      globalThis.addEventListener("online", this.#wake, { once: true });
      this.#following?.abort.signal.addEventListener("abort", this.#wake, { once: true });
    });
    if (this.#wake) globalThis.removeEventListener("online", this.#wake);
    this.#wake = null;
  }

  #paint(change: Partial<TalkState>): void {
    this.#state = { ...this.#state, ...change };
    this.#painting ??= setTimeout(() => this.#tell(), PAINT_MS);
  }

  #set(change: Partial<TalkState>): void {
    this.#state = { ...this.#state, ...change };
    this.#tell();
  }

  #tell(): void {
    if (this.#painting) clearTimeout(this.#painting);
    this.#painting = null;
    for (const listener of this.#listeners) listener();
  }
}

function isOver(turn: TurnView | null): boolean {
  return turn !== null && turn.status !== "answering";
}

/** What asking again cannot change. */
function isFinal(problem: ApiProblem): boolean {
  return problem.status >= 400 && problem.status < 500;
}

function clashOf(problem: ApiProblem): Clash | null {
  if (problem.status !== 409) return null;
  const [told] = problem.errors as unknown as { turn_id?: string; reason?: string }[];
  const reason = told?.reason === "answering" ? "answering" : "moved_on";
  return { reason, turnId: told?.turn_id ?? "" };
}

/** A name nobody else gives; also where the page is not served over TLS. */
function newName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
