import { describe, expect, it } from "vitest";
import type { ChatEvent } from "@/aira/protocol";
import { eventsOf } from "@/aira/stream";
import { numbered, saying, turnEvent, Wire, wire } from "./support/aira";

const EVENTS = numbered([
  turnEvent("trn_1", "Wat kost “Zadel 🐎”?"),
  saying("€ 49,95 – café ☕\n\n"),
  saying("line\r\nline"),
]);

function bodyOf(chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function read(chunks: Uint8Array[]): Promise<ChatEvent[]> {
  const found: ChatEvent[] = [];
  for await (const event of eventsOf(bodyOf(chunks))) found.push(event);
  return found;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const whole = bytes(`: keep-alive\n\n${EVENTS.map(wire).join("")}`);

describe("a stream of events", () => {
  it("reads the same wherever it is cut, also inside a letter", async () => {
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const found = await read([whole.slice(0, cut), whole.slice(cut)]);
      expect({ cut, found }).toEqual({ cut, found: EVENTS });
    }
  });

  it("reads the same byte by byte and with other line ends", async () => {
    expect(await read([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(EVENTS);
    const crlf = bytes(EVENTS.map(wire).join("").replaceAll("\n", "\r\n"));
    expect(await read([crlf])).toEqual(EVENTS);
  });

  it("ignores what it does not know or cannot read", async () => {
    const noise = [
      "event: novelty\nid: 7\ndata: {}\n\n",
      "event: text\nid: 8\ndata: {broken\n\n",
      'event: text\nid: none\ndata: {"text":"x"}\n\n',
      "event: text\nid: 9\ndata: 3\n\n",
      "data: nothing says what this is\n\n",
    ].join("");
    expect(await read([bytes(noise), whole])).toEqual(EVENTS);
  });

  it("does not give an event whose end never came", async () => {
    const half = bytes(`${wire(numbered([saying("whole")])[0] as ChatEvent)}id: 2\nevent: text\n`);
    expect((await read([half])).map((event) => event.id)).toEqual([1]);
  });

  it("gives what came before the connection broke, then says that it broke", async () => {
    const answer = new Wire();
    const found: number[] = [];
    const reading = (async () => {
      for await (const event of eventsOf(answer.body)) {
        found.push(event.id);
        if (event.id === EVENTS.length) answer.cut();
      }
    })();
    answer.say(...EVENTS);
    await expect(reading).rejects.toThrow("cut");
    expect(found).toEqual([1, 2, 3]);
  });

  it("takes silence for a broken connection", async () => {
    const answer = new Wire();
    const reading = eventsOf(answer.body, 20).next();
    await expect(reading).rejects.toMatchObject({ status: 0 });
  });
});
