import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { changeLanguage } from "@/i18n";
import { goLive, open, until } from "./support/app";

const caseOf = () => screen.getByRole("article", { name: "Decision" });

async function openApprovals(path = "/approvals") {
  const app = open(path);
  await within(
    await screen.findByRole("article", { name: "Decision" }, { timeout: 5_000 }),
  ).findByRole("heading", { level: 2 });
  return app;
}

const heading = () => within(caseOf()).getByRole("heading", { level: 2 }).textContent;

describe("approvals", () => {
  it("lists the decisions that wait, most money first, and opens the first", async () => {
    await openApprovals();
    const rows = within(screen.getByRole("list", { name: "Approvals" })).getAllByRole("listitem");
    expect(rows).toHaveLength(6);
    expect(rows[0]).toHaveTextContent("Reorder 120 × Sheepskin half pad, black");
    expect(rows[0]).toHaveTextContent("€3,240");
    expect(heading()).toContain("Sheepskin half pad");
  });

  it("moves with j and k and keeps the filters in the address", async () => {
    const { user, history } = await openApprovals("/approvals?kind=price.set");
    await waitFor(() => expect(heading()).toContain("Leather bridle"));
    await user.keyboard("j");
    await waitFor(() => expect(heading()).toContain("Winter rug"));
    expect(history.location.pathname).toBe("/approvals/dec_rug");
    expect(history.location.search).toBe("?kind=price.set");
    await user.keyboard("k");
    await waitFor(() => expect(heading()).toContain("Leather bridle"));
  });

  it("shows the whole case: diff, evidence, rules, risk and undo plan", async () => {
    await openApprovals("/approvals/dec_bridle");
    const body = within(caseOf());
    expect(body.getByText("€79.00").tagName).toBe("DEL");
    expect(body.getByText("€89.00")).toBeInTheDocument();
    expect(body.getByText(/^80 %: /)).toBeInTheDocument();
    expect(body.getByText("inventoryItem.unitCost")).toBeInTheDocument();
    expect(body.getByText("payment fee 2.9%")).toBeInTheDocument();
    expect(body.getByText("plus, per order, €0.30")).toBeInTheDocument();
    expect(body.getByText("Margin stays above the floor.")).toBeInTheDocument();
    expect(body.getByText("Nine weeks of sales at this price.")).toBeInTheDocument();
    expect(body.getByText(/Restores the price/)).toBeInTheDocument();
  });

  it("names rules and evidence in Dutch, and marks what only the server says as English", async () => {
    await openApprovals("/approvals/dec_bridle");
    await changeLanguage("nl");
    try {
      expect(await screen.findByText("Kostprijs")).toBeInTheDocument();
      expect(screen.getByText("Units sold per week")).toHaveAttribute("lang", "en");
      expect(screen.getByText(/Wat de agent alleen mag/)).toBeInTheDocument();
      expect(screen.getByText("Margin stays above the floor.")).toHaveAttribute("lang", "en");
    } finally {
      await changeLanguage("en");
    }
  });

  it("binds an approval to the arguments that were shown", async () => {
    const { user, world } = await openApprovals("/approvals/dec_bridle");
    await user.keyboard("a");
    await within(caseOf()).findByText("The worker picks it up next.");
    const post = world.requests.find((r) => r.path === "/v1/decisions/dec_bridle/approve");
    expect(post?.body).toEqual({ argument_hash: "hash-dec_bridle" });
  });

  it("follows an approved decision until it is written, then offers undo", async () => {
    const { user, world } = await openApprovals("/approvals/dec_bridle");
    const socket = await goLive();
    await user.keyboard("a");
    await within(caseOf()).findByText("The worker picks it up next.");

    world.update("dec_bridle", { status: "executing" });
    socket.say({
      kind: "event",
      event: world.event("decision.executing", { decision_id: "dec_bridle" }),
    });
    await within(caseOf()).findByText("Checking the store, writing, reading back.");

    const [change] = world.decisions.get("dec_bridle")?.changes ?? [];
    if (!change) throw new Error("no change");
    world.update("dec_bridle", { status: "executed", changes: [{ ...change, written: "89.00" }] });
    socket.say({
      kind: "event",
      event: world.event("decision.executed", { decision_id: "dec_bridle" }),
    });
    await within(caseOf()).findByText("Written to the store and read back.");
    expect(within(caseOf()).getByText("Written")).toBeInTheDocument();

    await user.click(within(caseOf()).getByRole("button", { name: /Undo/ }));
    await within(caseOf()).findByText("The earlier value is being restored.");
    expect(world.requests.some((r) => r.path === "/v1/decisions/dec_bridle/revert")).toBe(true);
  });

  it("moves on from where a decided row stood", async () => {
    const { user } = await openApprovals("/approvals/dec_bridle");
    await user.keyboard("a");
    await within(caseOf()).findByText("The worker picks it up next.");
    await waitFor(() =>
      expect(
        within(screen.getByRole("list", { name: "Approvals" })).getAllByRole("listitem"),
      ).toHaveLength(5),
    );
    await user.keyboard("j");
    await waitFor(() => expect(heading()).toContain("Winter rug"));
  });

  it("rejects with a reason after asking for it", async () => {
    const { user, world } = await openApprovals("/approvals/dec_rug");
    await user.keyboard("r");
    await user.type(await screen.findByLabelText("Reason (optional)"), "season starts");
    await user.keyboard("{Enter}");
    await until(() => world.requests.some((r) => r.path.endsWith("/reject")));
    expect(world.requests.find((r) => r.path.endsWith("/reject"))?.body).toEqual({
      reason: "season starts",
    });
  });

  it("approves the low-risk ones together with Shift-A, each with its hash", async () => {
    const { user, world } = await openApprovals();
    await user.keyboard("{Shift>}A{/Shift}");
    const dialog = await screen.findByRole("dialog", { name: "Approve 4 decisions" });
    const confirm = within(dialog).getByRole("button", { name: "Approve 4" });
    await waitFor(() => expect(confirm).toBeEnabled());
    expect(within(dialog).getByText("€1,198.10")).toBeInTheDocument();
    await user.click(confirm);
    await until(() => world.requests.some((r) => r.path === "/v1/decisions/batch"));
    expect(world.requests.find((r) => r.path === "/v1/decisions/batch")?.body).toMatchObject({
      action: "approve",
      decisions: [
        { id: "dec_bridle", argument_hash: "hash-dec_bridle" },
        { id: "dec_rug", argument_hash: "hash-dec_rug" },
        { id: "dec_boots", argument_hash: "hash-dec_boots" },
        { id: "dec_fly", argument_hash: "hash-dec_fly" },
      ],
    });
  });

  it("batches only what x selected", async () => {
    const { user } = await openApprovals("/approvals/dec_girth");
    await user.keyboard("x");
    expect(screen.getByRole("button", { name: /Approve 1 selected/ })).toBeInTheDocument();
    await user.keyboard("{Shift>}A{/Shift}");
    expect(await screen.findByRole("dialog", { name: "Approve 1 decision" })).toBeInTheDocument();
  });

  it("offers no approval to a viewer", async () => {
    const app = open("/approvals/dec_bridle");
    app.world.session = {
      ...app.world.session,
      permissions: ["decisions:read", "session:read", "store:read", "agents:read"],
    };
    const button = await screen.findByRole("button", { name: /^Approve ?A$/ });
    expect(button).toBeDisabled();
    await app.user.keyboard("a");
    expect(app.world.requests.some((r) => r.path.endsWith("/approve"))).toBe(false);
  });

  it("does not act while someone types", async () => {
    const { user, world } = await openApprovals("/approvals/dec_bridle");
    await user.type(screen.getByRole("searchbox", { name: "Search subjects" }), "a rug");
    await until(() => world.requests.some((r) => r.query.get("q") === "a rug"));
    expect(world.requests.some((r) => r.path.endsWith("/approve"))).toBe(false);
  });
});
