import { describe, expect, it } from "vitest";
import type { ChatEvent } from "@/aira/protocol";
import { fold, spoken, type TurnView, viewOf } from "@/aira/turn";
import { done, numbered, type Said, saying, storedTurn, turnEvent } from "./support/aira";

const START = turnEvent("trn_1", "What sold best?");
const call = (id: string, title = "Figures"): Said => ({
  event: "tool_call",
  data: { call_id: id, tool: "metrics", title, arguments: { days: 30 } },
});
const result = (id: string, ok = true): Said => ({
  event: "tool_result",
  data: {
    call_id: id,
    tool: "metrics",
    ok,
    result: ok ? { data: [] } : null,
    text: null,
    view: null,
    source: "sandbox",
    as_of: null,
    next_cursor: null,
    more: null,
    problem: null,
  },
});
const citation = (n: number, label: string): Said => ({
  event: "citation",
  data: {
    n,
    call_id: "1",
    label,
    query: null,
    source: "sandbox",
    as_of: "2026-11-22T09:00:00Z",
    link: null,
  },
});
const restarted = (keep: number): Said => ({ event: "restarted", data: { keep } });
const failed: Said = {
  event: "error",
  data: {
    slug: "unavailable",
    status: 503,
    title: "Gone",
    detail: "Gone.",
    remedy: "Wait.",
    retry_after: 3,
  },
};

function folded(events: ChatEvent[]): TurnView {
  const view = events.reduce<TurnView | null>(fold, null);
  if (!view) throw new Error("no turn");
  return view;
}

const kinds = (view: TurnView) => view.parts.map((part) => part.kind);

describe("a turn", () => {
  const LONG = numbered([
    START,
    saying("Looking. "),
    call("1"),
    result("1"),
    saying("The half pad "),
    saying("sold best [1]."),
    citation(1, "Units"),
    {
      event: "usage",
      data: {
        model: "m",
        requests: 1,
        input_tokens: 5,
        output_tokens: 2,
        estimated_tokens: null,
        seconds: 1,
        first_token_seconds: 0.1,
        cost: null,
      },
    },
    done(),
  ]);

  it.each<[name: string, said: Said[], parts: string[], text: string, status: string]>([
    ["is empty until something is said", [START], [], "", "answering"],
    ["joins pieces of text", [START, saying("a"), saying("b")], ["text"], "ab", "answering"],
    [
      "keeps the reading order",
      [START, saying("a"), call("1"), result("1"), saying("b")],
      ["text", "tool", "text"],
      "a\n\nb",
      "answering",
    ],
    ["shows a result whose call was not told", [START, result("7")], ["tool"], "", "answering"],
    [
      "lets a call be told twice",
      [START, call("1", "Old"), call("1", "New")],
      ["tool"],
      "",
      "answering",
    ],
    [
      "drops what was said after a restart's mark",
      [START, saying("a"), saying("b"), restarted(2), saying("c")],
      ["text", "restarted", "text"],
      "a\n\nc",
      "answering",
    ],
    [
      "drops a whole part after the mark",
      [START, saying("a"), restarted(1)],
      ["restarted"],
      "",
      "answering",
    ],
    [
      "keeps answered tools over a restart, drops the open ones",
      [START, call("1"), result("1"), call("2"), restarted(1)],
      ["tool", "restarted"],
      "",
      "answering",
    ],
    [
      "says what went wrong and how it ended",
      [START, saying("a"), failed, done("failed")],
      ["text"],
      "a",
      "failed",
    ],
    ["ends as cancelled", [START, done("cancelled")], [], "", "cancelled"],
  ])("%s", (_name, said, parts, text, status) => {
    const view = folded(numbered(said));
    expect(kinds(view)).toEqual(parts);
    expect(spoken(view).replace(/^\n+|\n+$/g, "")).toBe(text);
    expect(view.status).toBe(status);
    expect(view.lastEventId).toBe(said.length);
  });

  it("begins with its turn event and with nothing else", () => {
    expect(fold(null, numbered([saying("early")])[0] as ChatEvent)).toBeNull();
  });

  it("does not count an event twice, wherever the stream is taken up again", () => {
    const once = folded(LONG);
    for (let cut = 1; cut <= LONG.length; cut += 1) {
      for (let again = 0; again <= cut; again += 1) {
        expect(folded([...LONG.slice(0, cut), ...LONG.slice(again)])).toEqual(once);
      }
    }
  });

  it("is never changed by what comes later", () => {
    const before = folded(LONG.slice(0, 5));
    const copy = structuredClone(before);
    LONG.slice(5).reduce<TurnView | null>(fold, before);
    expect(before).toEqual(copy);
  });

  it("reads the same from the store as from the stream", () => {
    const stored = storedTurn(
      "trn_1",
      "What sold best?",
      LONG.slice(1).map(({ id: _, ...said }) => said as Said),
      "cnv_new",
    );
    expect(viewOf(stored)).toEqual(folded(LONG));
    expect(viewOf(stored)).toBe(viewOf(stored));
  });

  it("keeps one citation per number, the last told", () => {
    const view = folded(
      numbered([START, citation(1, "Old"), citation(2, "Two"), citation(1, "New")]),
    );
    expect(view.citations.map((each) => [each.n, each.label])).toEqual([
      [2, "Two"],
      [1, "New"],
    ]);
  });

  it("takes its words from its first event when only its name was known", () => {
    const named = viewOf({
      ...storedTurn("trn_1", "", [], "cnv_new"),
      events: [],
      last_event_id: 0,
    });
    expect(fold(named, LONG[0] as ChatEvent)?.text).toBe("What sold best?");
  });
});
