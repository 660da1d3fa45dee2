import { describe, expect, it } from "vitest";
import { Talk } from "@/aira/talk";
import { viewOf } from "@/aira/turn";
import { Aira, done, numbered, saying, storedTurn, turnEvent } from "./support/aira";
import { until } from "./support/app";

const EVENTS = numbered([turnEvent("trn_1", "Hello"), saying("Good "), saying("day."), done()]);
const text = (talk: Talk) =>
  talk
    .snapshot()
    .turns.flatMap((turn) => turn.parts.map((part) => (part.kind === "text" ? part.text : "")))
    .join("");

describe("a talk", () => {
  it("says a message once, after the turn that was shown", async () => {
    const aira = new Aira().serve();
    const answer = aira.next();
    const talk = new Talk("cnv_1");
    const over = talk.say("Hello", "trn_0");
    expect(talk.snapshot()).toMatchObject({ phase: "sending", pending: "Hello" });
    answer.say(...EVENTS);
    await over;
    expect(text(talk)).toBe("Good day.");
    expect(talk.snapshot()).toMatchObject({ phase: "idle", pending: null, returned: null });
    expect(aira.messages).toEqual([
      {
        text: "Hello",
        conversation_id: "cnv_1",
        after_turn: "trn_0",
        message_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ]);
  });

  it("goes on after the last event heard when the connection is cut", async () => {
    const aira = new Aira().serve();
    const first = aira.next();
    const second = aira.next();
    const talk = new Talk(null);
    const over = talk.say("Hello", "");
    first.say(...EVENTS.slice(0, 2));
    await until(() => text(talk) === "Good ");
    first.cut();
    await until(() => aira.follows.length === 1);
    expect(aira.follows).toEqual([{ turn: "trn_1", after: "2" }]);
    // The server may say again what was heard: it does not count twice.
    second.say(...EVENTS.slice(1));
    await over;
    expect(text(talk)).toBe("Good day.");
    expect(aira.messages).toHaveLength(1);
    expect(talk.snapshot().conversationId).toBe("cnv_new");
  });

  it("goes on also when the connection ended tidily in the middle, or AIRA is still starting", async () => {
    const aira = new Aira().serve();
    const first = aira.next();
    aira.answers.push({ status: 503, detail: "Starting.", remedy: "Wait." });
    const third = aira.next();
    const talk = new Talk(null);
    const over = talk.say("Hello", "");
    first.say(...EVENTS.slice(0, 3));
    first.end();
    third.say(...EVENTS.slice(3));
    await over;
    expect(text(talk)).toBe("Good day.");
    expect(aira.follows.map((each) => each.after)).toEqual(["3", "3"]);
  });

  it("repeats a message whose answer was lost under the same name", async () => {
    const aira = new Aira().serve();
    const first = aira.next();
    const second = aira.next();
    const talk = new Talk(null);
    const over = talk.say("Hello", "");
    await until(() => aira.messages.length === 1);
    first.cut();
    second.say(...EVENTS);
    await over;
    expect(aira.messages).toHaveLength(2);
    expect(aira.messages[1]).toEqual(aira.messages[0]);
  });

  it.each(["answering", "moved_on"] as const)(
    "gives the text back when the conversation is %s elsewhere",
    async (reason) => {
      const aira = new Aira().serve();
      aira.answers.push({
        status: 409,
        detail: "Busy.",
        remedy: "Wait.",
        errors: [{ turn_id: "trn_9", reason }],
      });
      const talk = new Talk("cnv_1");
      await talk.say("Hello", "trn_0");
      expect(talk.snapshot()).toMatchObject({
        returned: "Hello",
        problem: null,
        clash: { reason, turnId: "trn_9" },
      });
    },
  );

  it("gives the text back with the reason when it is refused", async () => {
    const aira = new Aira().serve();
    aira.answers.push({ status: 422, detail: "Too long.", remedy: "Shorten it." });
    const talk = new Talk(null);
    await talk.say("Hello", "");
    expect(talk.snapshot()).toMatchObject({
      returned: "Hello",
      pending: null,
      problem: { status: 422, remedy: "Shorten it." },
    });
  });

  it("stops an answer and keeps what was said", async () => {
    const aira = new Aira().serve();
    const answer = aira.next();
    const talk = new Talk(null);
    const over = talk.say("Hello", "");
    answer.say(...EVENTS.slice(0, 2));
    await until(() => text(talk) === "Good ");
    await talk.cancel();
    expect(aira.cancelled).toEqual(["trn_1"]);
    expect(talk.snapshot().phase).toBe("stopping");
    answer.say(...numbered([done("cancelled")], 3));
    await over;
    expect(talk.snapshot().turns[0]).toMatchObject({ status: "cancelled" });
    expect(text(talk)).toBe("Good ");
  });

  it("follows a turn that another tab began, from where it is", async () => {
    const aira = new Aira().serve();
    const answer = aira.next();
    const talk = new Talk("cnv_1");
    const over = talk.follow(viewOf(storedTurn("trn_1", "Hello", [saying("Good ")], "cnv_1")));
    await until(() => aira.follows.length === 1);
    expect(aira.follows).toEqual([{ turn: "trn_1", after: "2" }]);
    answer.say(...EVENTS.slice(2));
    await over;
    expect(text(talk)).toBe("Good day.");
  });

  it("ends with the reason when the turn is gone", async () => {
    const aira = new Aira().serve();
    aira.answers.push({ status: 404, detail: "No such turn.", remedy: "List." });
    const talk = new Talk("cnv_1");
    await talk.follow(viewOf(storedTurn("trn_1", "Hello", [], "cnv_1")));
    expect(talk.snapshot()).toMatchObject({ phase: "idle", problem: { status: 404 } });
  });
});
