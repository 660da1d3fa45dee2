/** POST /v1/chat, GET /v1/chat/{turn}/stream and POST /v1/chat/{turn}/cancel. */
import { aira, type ChatMessage } from "./aira";
import { unwrap } from "./client";
import { networkProblem } from "./problem";

type Stream = ReadableStream<Uint8Array>;

const EVENTS = { Accept: "text/event-stream" };

async function streamOf(call: Promise<Stream | null | undefined>): Promise<Stream> {
  const body = await call;
  if (!body) throw networkProblem();
  return body;
}

export function sayMessage(body: ChatMessage, signal: AbortSignal): Promise<Stream> {
  return streamOf(
    unwrap(aira.POST("/v1/chat", { body, signal, headers: EVENTS, parseAs: "stream" })),
  );
}

/** The events after `lastEventId`, then those to come. */
export function followTurn(
  turn: string,
  lastEventId: number,
  signal: AbortSignal,
): Promise<Stream> {
  return streamOf(
    unwrap(
      aira.GET("/v1/chat/{turn_id}/stream", {
        params: { path: { turn_id: turn } },
        headers: { ...EVENTS, "Last-Event-ID": String(lastEventId) },
        parseAs: "stream",
        signal,
      }),
    ),
  );
}

export function cancelTurn(turn: string) {
  return unwrap(aira.POST("/v1/chat/{turn_id}/cancel", { params: { path: { turn_id: turn } } }));
}
