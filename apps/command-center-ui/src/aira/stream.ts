/** Reads a turn's server-sent events from one answer of the server, until it ends or goes silent. */
import { createParser } from "eventsource-parser";
import { networkProblem } from "@/api/problem";
import { type ChatEvent, readEvent } from "./protocol";

/** The server says something every 15 s; three missed words mean that nobody is there. */
const SILENCE_MS = 45_000;

/** Raises when the connection breaks: what came before was given already. */
export async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  silence = SILENCE_MS,
): AsyncGenerator<ChatEvent> {
  const ready: ChatEvent[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      const read = readEvent(id ?? "", event ?? "", data);
      if (read) ready.push(read);
    },
  });
  // Letters may be cut between two chunks: the decoder keeps the first half.
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { value, done } = await inTime(reader.read(), silence);
      if (value) parser.feed(decoder.decode(value, { stream: true }));
      yield* ready.splice(0);
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(networkProblem()), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
