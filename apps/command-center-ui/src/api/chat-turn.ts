/** POST /v1/chat, GET /v1/chat/{turn}/stream and POST /v1/chat/{turn}/cancel. */
import { ask, type ChatMessage, call } from "./aira";
import { networkProblem } from "./problem";

type Stream = ReadableStream<Uint8Array>;

function bodyOf(answer: Response): Stream {
  if (!answer.body) throw networkProblem();
  return answer.body;
}

export async function sayMessage(message: ChatMessage, signal: AbortSignal): Promise<Stream> {
  const headers = { Accept: "text/event-stream" };
  return bodyOf(await call("/v1/chat", { method: "POST", body: message, headers, signal }));
}

/** The events after `lastEventId`, then those to come. */
export async function followTurn(
  turn: string,
  lastEventId: number,
  signal: AbortSignal,
): Promise<Stream> {
  const headers = { Accept: "text/event-stream", "Last-Event-ID": String(lastEventId) };
  const path = `/v1/chat/${encodeURIComponent(turn)}/stream`;
  return bodyOf(await call(path, { headers, signal }));
}

export function cancelTurn(turn: string): Promise<{ turn_id: string; status: string }> {
  return ask(`/v1/chat/${encodeURIComponent(turn)}/cancel`, { method: "POST" });
}
