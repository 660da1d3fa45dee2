/** AIRA at the other end of the network: what it keeps, and streams that the test writes by hand. */
import { HttpResponse, http } from "msw";
import type { ChatEvent, StoredTurn } from "@/aira/protocol";
import type { ChatMessage, ChatStatus, CommandList, ConversationDetail } from "@/api/aira";
import { server } from "./server";
import { NOW } from "./world";

/** An event without its number, which its place in the turn gives. */
export type Said = ChatEvent extends infer E
  ? E extends { id: number }
    ? Omit<E, "id">
    : never
  : never;

export function wire(event: ChatEvent): string {
  return `id: ${event.id}\nevent: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`;
}

export function numbered(said: Said[], from = 1): ChatEvent[] {
  return said.map((event, index) => ({ ...event, id: from + index }) as ChatEvent);
}

export function turnEvent(id: string, text: string, conversation = "cnv_new"): Said {
  return {
    event: "turn",
    data: {
      turn_id: id,
      conversation_id: conversation,
      mode: text.startsWith("/") ? "command" : "model",
      text,
      at: NOW,
    },
  };
}

export const saying = (text: string): Said => ({ event: "text", data: { text } });
export const done = (status: "completed" | "failed" | "cancelled" = "completed"): Said => ({
  event: "done",
  data: { status },
});

export function storedTurn(
  id: string,
  text: string,
  said: Said[],
  conversation: string,
): StoredTurn {
  const events = numbered([turnEvent(id, text, conversation), ...said]);
  const last = events.at(-1);
  const status = last?.event === "done" ? last.data.status : "answering";
  return {
    id,
    text,
    mode: text.startsWith("/") ? "command" : "model",
    status,
    at: NOW,
    finished_at: status === "answering" ? null : NOW,
    last_event_id: events.length,
    events,
  };
}

const BUDGET: ChatStatus["budget"] = {
  tokens_per_day: 1_000,
  tokens_used: 10,
  money_per_day: null,
  money_used: null,
  currency: null,
  resets_at: NOW,
  paused: false,
};

const STATUS: ChatStatus = {
  model: "test-model",
  model_routine: null,
  can_converse: true,
  missing: [],
  remedy: null,
  max_characters: 200,
  budget: BUDGET,
  agents_budget: BUDGET,
};

const COMMANDS: CommandList = {
  next_cursor: null,
  data: [
    ["metrics", "Figures of the store over a period.", false],
    ["orders", "Orders, the newest first.", false],
    ["price", "Propose another price.", true],
  ].map(([name, description, changes]) => ({
    name: String(name),
    aliases: [],
    title: String(name),
    usage: `/${name}`,
    description: String(description),
    permission: "store:read",
    allowed: true,
    changes: Boolean(changes),
    arguments: [],
  })),
};

/** One open answer: the test says what comes and how it ends. */
export class Wire {
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  readonly body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      this.#controller = controller;
    },
  });

  say(...events: ChatEvent[]): void {
    this.#controller?.enqueue(new TextEncoder().encode(events.map(wire).join("")));
  }

  end(): void {
    this.#controller?.close();
  }

  /** The connection breaks in the middle. */
  cut(): void {
    this.#controller?.error(new TypeError("cut"));
  }
}

interface Refusal {
  status: number;
  detail: string;
  remedy: string;
  errors?: object[];
}

type Answer = Wire | Refusal;

function reply(answer: Answer | undefined) {
  if (answer instanceof Wire) {
    return new HttpResponse(answer.body, { headers: { "Content-Type": "text/event-stream" } });
  }
  const told = answer ?? { status: 500, detail: "The test gave no answer.", remedy: "" };
  return HttpResponse.json(
    {
      type: "about:blank",
      title: "Problem",
      instance: null,
      request_id: "req_aira",
      errors: [],
      ...told,
    },
    { status: told.status },
  );
}

export class Aira {
  status = STATUS;
  commands = COMMANDS;
  completions: { text: string; label: string; description: string }[] = [];
  conversations = new Map<string, ConversationDetail>();
  /** Answers to the next messages and follow-ups, in order. */
  answers: Answer[] = [];
  messages: ChatMessage[] = [];
  follows: { turn: string; after: string | null }[] = [];
  cancelled: string[] = [];
  granted: string[] = [];
  requests: string[] = [];

  keep(id: string, title: string, turns: StoredTurn[], answering: string | null = null): void {
    this.conversations.set(id, {
      id,
      title,
      created_at: NOW,
      updated_at: NOW,
      total: turns.length,
      last_turn: turns.at(-1)?.id ?? null,
      answering,
      turns,
      next_cursor: null,
    });
  }

  /** The next message or follow-up is answered by what the test writes here. */
  next(): Wire {
    const opened = new Wire();
    this.answers.push(opened);
    return opened;
  }

  serve(): this {
    server.use(
      http.post("*/v1/chat/budget", async ({ request }) => {
        const { owner } = (await request.json()) as { owner: string };
        const whose = owner === "agent:*" ? "agents_budget" : "budget";
        const granted = { ...this.status[whose], paused: false, tokens_used: 0 };
        this.granted.push(owner);
        this.status = { ...this.status, [whose]: granted };
        return HttpResponse.json(granted);
      }),
      http.get("*/v1/chat", () => HttpResponse.json(this.status)),
      http.post("*/v1/chat", async ({ request }) => {
        this.messages.push((await request.json()) as ChatMessage);
        return reply(this.answers.shift());
      }),
      http.get("*/v1/chat/:turn/stream", ({ params, request }) => {
        this.follows.push({
          turn: String(params.turn),
          after: request.headers.get("Last-Event-ID"),
        });
        return reply(this.answers.shift());
      }),
      http.post("*/v1/chat/:turn/cancel", ({ params }) => {
        this.cancelled.push(String(params.turn));
        return HttpResponse.json({ turn_id: params.turn, status: "cancelled" });
      }),
      http.get("*/v1/commands", () => HttpResponse.json(this.commands)),
      http.get("*/v1/commands/complete", () => HttpResponse.json({ data: this.completions })),
      http.get("*/v1/conversations", ({ request }) => this.#list(new URL(request.url))),
      http.all("*/v1/conversations/:id", async ({ params, request }) => {
        this.requests.push(`${request.method} ${params.id}`);
        return this.#one(String(params.id), request);
      }),
    );
    return this;
  }

  #list(url: URL) {
    const q = url.searchParams.get("q")?.toLowerCase() ?? "";
    const data = [...this.conversations.values()]
      .filter((each) => each.title.toLowerCase().includes(q))
      .map(({ id, title, created_at, updated_at, turns, answering }) => ({
        id,
        title,
        created_at,
        updated_at,
        turns: turns.length,
        answering,
      }));
    return HttpResponse.json({ data, next_cursor: null, total: data.length });
  }

  async #one(id: string, request: Request) {
    const found = this.conversations.get(id);
    if (!found)
      return reply({ status: 404, detail: "No such conversation.", remedy: "List them." });
    if (request.method === "DELETE") {
      this.conversations.delete(id);
      return new HttpResponse(null, { status: 204 });
    }
    if (request.method === "PATCH") {
      const { title } = (await request.json()) as { title: string };
      this.conversations.set(id, { ...found, title });
    }
    return HttpResponse.json(this.conversations.get(id));
  }
}
