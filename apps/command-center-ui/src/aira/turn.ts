/** A turn as it is shown: its events folded, one after another, into parts in reading order. */
import type {
  AnswerError,
  Approval,
  ChatEvent,
  Citation,
  StoredTurn,
  ToolResult,
  TurnStatus,
  Usage,
} from "./protocol";

interface Piece {
  id: number;
  text: string;
}

export interface TextPart {
  kind: "text";
  key: number;
  pieces: readonly Piece[];
  text: string;
}

export interface ToolPart {
  kind: "tool";
  key: number;
  callId: string;
  tool: string;
  title: string;
  arguments: Record<string, unknown>;
  result: ToolResult | null;
}

type Part =
  | TextPart
  | ToolPart
  | { kind: "approval"; key: number; approval: Approval }
  | { kind: "compacted"; key: number; turns: number }
  | { kind: "restarted"; key: number };

export interface TurnView {
  id: string;
  conversationId: string | null;
  text: string;
  mode: "command" | "model";
  at: string;
  status: TurnStatus;
  lastEventId: number;
  parts: readonly Part[];
  citations: readonly Citation[];
  usage: Usage | null;
  error: AnswerError | null;
}

type TurnData = Extract<ChatEvent, { event: "turn" }>["data"];

function begin(data: TurnData): TurnView {
  return {
    id: data.turn_id,
    conversationId: data.conversation_id,
    text: data.text,
    mode: data.mode,
    at: data.at,
    status: "answering",
    lastEventId: 0,
    parts: [],
    citations: [],
    usage: null,
    error: null,
  };
}

/** The next view. Nothing comes before the `turn` event, and no event counts twice. */
export function fold(turn: TurnView | null, event: ChatEvent): TurnView | null {
  const view = turn ?? (event.event === "turn" ? begin(event.data) : null);
  if (!view || event.id <= view.lastEventId) return view;
  return { ...view, ...changes(view, event), lastEventId: event.id };
}

function changes(view: TurnView, event: ChatEvent): Partial<TurnView> {
  switch (event.event) {
    case "turn": {
      const { conversation_id: conversationId, text, mode, at } = event.data;
      return { conversationId, text, mode, at };
    }
    case "text":
      return { parts: withText(view.parts, { id: event.id, text: event.data.text }) };
    case "tool_call":
      return { parts: withCall(view.parts, event.id, event.data) };
    case "tool_result":
      return { parts: withResult(view.parts, event.id, event.data) };
    case "approval":
      return { parts: [...view.parts, { kind: "approval", key: event.id, approval: event.data }] };
    case "compacted":
      return { parts: [...view.parts, { kind: "compacted", key: event.id, ...event.data }] };
    case "citation":
      return {
        citations: [...view.citations.filter((each) => each.n !== event.data.n), event.data],
      };
    case "usage":
      return { usage: event.data };
    case "restarted":
      return {
        parts: [...restarted(view.parts, event.data.keep), { kind: "restarted", key: event.id }],
      };
    case "error":
      return { error: event.data };
    case "done":
      return { status: event.data.status };
  }
}

function textPart(key: number, pieces: readonly Piece[]): TextPart {
  return { kind: "text", key, pieces, text: pieces.map((piece) => piece.text).join("") };
}

function withText(parts: readonly Part[], piece: Piece): Part[] {
  const last = parts.at(-1);
  if (last?.kind !== "text") return [...parts, textPart(piece.id, [piece])];
  const joined = { ...last, pieces: [...last.pieces, piece], text: last.text + piece.text };
  return [...parts.slice(0, -1), joined];
}

function withCall(
  parts: readonly Part[],
  key: number,
  call: Extract<ChatEvent, { event: "tool_call" }>["data"],
): Part[] {
  const { call_id: callId, tool, title, arguments: given } = call;
  const made: ToolPart = { kind: "tool", key, callId, tool, title, arguments: given, result: null };
  const known = parts.some((part) => part.kind === "tool" && part.callId === callId);
  if (!known) return [...parts, made];
  return parts.map((part) =>
    part.kind === "tool" && part.callId === callId ? { ...made, key: part.key } : part,
  );
}

/** A result whose call was never told still shows, under the tool's name. */
function withResult(parts: readonly Part[], key: number, result: ToolResult): Part[] {
  const { call_id: callId, tool } = result;
  const known = parts.some((part) => part.kind === "tool" && part.callId === callId);
  if (!known) {
    return [...parts, { kind: "tool", key, callId, tool, title: tool, arguments: {}, result }];
  }
  return parts.map((part) =>
    part.kind === "tool" && part.callId === callId ? { ...part, result } : part,
  );
}

/** What was said after `keep` is dropped, and calls nothing answered: they are made again. */
function restarted(parts: readonly Part[], keep: number): Part[] {
  return parts.flatMap<Part>((part) => {
    if (part.kind === "tool") return part.result ? [part] : [];
    if (part.kind !== "text") return [part];
    const kept = part.pieces.filter((piece) => piece.id <= keep);
    return kept.length > 0 ? [textPart(part.key, kept)] : [];
  });
}

const folded = new WeakMap<StoredTurn, TurnView>();

/** A stored turn, by the same rules as a streamed one. */
export function viewOf(stored: StoredTurn): TurnView {
  const known = folded.get(stored);
  if (known) return known;
  const start: TurnView = {
    id: stored.id,
    conversationId: null,
    text: stored.text,
    mode: stored.mode,
    at: stored.at,
    status: stored.status,
    lastEventId: 0,
    parts: [],
    citations: [],
    usage: null,
    error: null,
  };
  const view = stored.events.reduce<TurnView>((turn, event) => fold(turn, event) ?? turn, start);
  const whole = { ...view, lastEventId: Math.max(view.lastEventId, stored.last_event_id) };
  folded.set(stored, whole);
  return whole;
}

/** Everything AIRA said in this turn, as one text. */
export function spoken(turn: TurnView): string {
  return turn.parts.map((part) => (part.kind === "text" ? part.text : "")).join("\n");
}
