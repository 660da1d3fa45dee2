/** The events of AIRA's answers, by their generated shapes; see docs/reference/chat-protocol.md. */
import type { components } from "@/api/aira-schema";

type Shapes = components["schemas"];

export type StoredTurn = Shapes["TurnOut"];
export type ChatEvent = StoredTurn["events"][number];
export type TurnStatus = StoredTurn["status"];
export type ToolResult = Shapes["ToolResultData"];
export type View = NonNullable<ToolResult["view"]>;
export type TableView = Shapes["TableView"];
export type SeriesView = Shapes["SeriesView"];
export type Column = TableView["columns"][number];
export type Approval = Shapes["ApprovalData"];
export type Citation = Shapes["CitationData"];
export type Usage = Shapes["UsageData"];
export type AnswerError = Shapes["ErrorData"];

const KNOWN: ReadonlySet<string> = new Set<ChatEvent["event"]>([
  "turn",
  "text",
  "tool_call",
  "tool_result",
  "approval",
  "citation",
  "usage",
  "compacted",
  "restarted",
  "error",
  "done",
]);

/** One event of the stream; null for what is unknown or unreadable, which is to be ignored. */
export function readEvent(id: string, name: string, data: string): ChatEvent | null {
  const number = Number(id);
  if (!KNOWN.has(name) || !Number.isInteger(number) || number < 1) return null;
  try {
    const body: unknown = JSON.parse(data);
    if (typeof body !== "object" || body === null) return null;
    return { id: number, event: name, data: body } as ChatEvent;
  } catch {
    return null;
  }
}
