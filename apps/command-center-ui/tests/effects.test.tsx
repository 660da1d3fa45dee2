import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { spanOf } from "@/effects/Versus";
// Compiled before the first test, whose patience it would otherwise use up on a busy machine.
import "@/modules/effects";
import { open } from "./support/app";
import { effects as someEffects } from "./support/effects";
import { NOW, World } from "./support/world";

async function row(title: string): Promise<HTMLElement> {
  const found = (await screen.findByText(title)).closest("li");
  if (!found) throw new Error(`no row ${title}`);
  return found;
}

describe("the page Effects", () => {
  it("sets what was realised beside what was predicted, with both intervals", async () => {
    open("/effects");
    const saddle = await row("Dressage saddle 17 inch");
    expect(saddle).toHaveTextContent("Predicted+€120.00 (80 %: +€40.00 to +€210.00)");
    expect(saddle).toHaveTextContent("+€151.50");
    expect(saddle).toHaveTextContent("prediction held");
    expect(saddle).toHaveTextContent("9 units sold; 9.6 expected without the change");
    expect(await row("Lead rope, navy")).toHaveTextContent("outside the prediction");
    expect(await row("Lead rope, navy")).toHaveTextContent("it was undone");
  });

  it("says when an effect will be known, and why one never will", async () => {
    open("/effects");
    expect(await row("Riding helmet 56")).toHaveTextContent(/not yet known, due in 1[12] days/);
    expect(await row("Loose ring snaffle")).toHaveTextContent(
      "It was in stock on 3 of 28 days; 7 are needed.",
    );
  });

  it("counts what a test read as an effect, and adds no elasticities up", async () => {
    const world = new World();
    const [one] = someEffects(NOW);
    if (!one) throw new Error("the small store has no effect");
    const answer = { point: "-2.40", low: "-2.94", high: "-1.84" };
    world.effects = [
      {
        ...one,
        kind: "price.test",
        unit: "percent per percent",
        method: "switchback",
        predicted: { point: "-2.63", low: "-3.78", high: "-1.48" },
        realised: answer,
        sample: { blocks: 6, units_sold: 2179 },
      },
    ];
    world.records = world.records.map((each) => ({ ...each, kind: "price.test", pooled: null }));
    open("/effects", world);
    const test = await row("Dressage saddle 17 inch");
    expect(test).toHaveTextContent("−2.4 % per % (80 %: −2.9 % per % to −1.8 % per %)");
    expect(test).toHaveTextContent("2,179 units sold in 6 blocks of weeks that went as drawn.");
    expect(screen.getAllByText(/neither gain nor loss/).length).toBeGreaterThan(0);
  });

  it("keeps the filter in the address and asks the server for it", async () => {
    const { user, world, history } = open("/effects");
    await user.click(await screen.findByRole("radio", { name: "Not yet" }));
    expect(await screen.findByText("Riding helmet 56")).toBeInTheDocument();
    expect(history.location.search).toBe("?status=pending");
    expect(world.requests.some((r) => r.query.get("status") === "pending")).toBe(true);
  });

  it("recommends acting alone on the record and leaves it to a person to confirm", async () => {
    const { user, world } = open("/effects");
    await user.click(await screen.findByRole("button", { name: "Let it act alone" }));
    const sent = world.requests.find((r) => r.method === "PATCH");
    expect(sent?.path).toBe("/v1/agents/inventory_pricing");
    expect(sent?.body).toEqual({ autonomy: [{ kind: "price.set", level: "auto" }] });
  });

  it("offers no promotion to who may not configure agents", async () => {
    const world = new World();
    world.session.permissions = world.session.permissions.filter((p) => p !== "agents:configure");
    open("/effects", world);
    expect(await screen.findByRole("button", { name: "Let it act alone" })).toBeDisabled();
  });

  it("says why acting alone was taken away", async () => {
    const world = new World();
    const [record] = world.records;
    if (!record) throw new Error("no record");
    world.records = [
      {
        ...record,
        recommended: null,
        changed_by: "record",
        changed_at: NOW,
        why: "Its 80 % intervals held only 2 of 12 outcomes.",
      },
    ];
    open("/effects", world);
    expect(await screen.findByText("No longer acts alone")).toBeInTheDocument();
    expect(screen.getByText(/held only 2 of 12 outcomes/)).toBeInTheDocument();
  });

  it("names the next step when nothing was carried out yet", async () => {
    const world = new World();
    world.effects = [];
    world.records = [];
    open("/effects", world);
    expect(await screen.findByText("No decision has been carried out yet")).toBeInTheDocument();
  });

  it("moves between the rows with j and k", async () => {
    const { user } = open("/effects");
    await row("Dressage saddle 17 inch");
    await user.keyboard("jj");
    expect(document.activeElement).toHaveTextContent("Lead rope, navy");
    await user.keyboard("k");
    expect(document.activeElement).toHaveTextContent("Dressage saddle 17 inch");
  });
});

describe("price tests", () => {
  async function card(title: string): Promise<HTMLElement> {
    const part = await screen.findByRole("region", { name: "Price tests" });
    const found = (await within(part).findByText(title)).closest("li");
    if (!found) throw new Error(`no test ${title}`);
    return found;
  }

  it("tells a week whose price was denied, why, and what was in force instead", async () => {
    open("/effects");
    const halter = await card("Leather halter");
    expect(halter).toHaveTextContent("Week 2: €62.00 was denied");
    expect(halter).toHaveTextContent("In force: €60.00. 50 actions are the day's.");
    expect(halter).toHaveTextContent("not yet known");
    const weeks = within(halter).getAllByRole("link", { name: /denied/ });
    expect(weeks[0]?.getAttribute("href")).toContain("/approvals/dec_week");
    expect(within(halter).getByRole("row", { name: /€60.00 1 7 7/ })).toBeInTheDocument();
  });

  it("gives the reading with its interval, and says when it is not used", async () => {
    open("/effects");
    const rug = await card("Fleece rug");
    expect(rug).toHaveTextContent("−1.2 (80 %: −2 to −0.5)");
    expect(rug).toHaveTextContent("The price of the turn before seems to matter");
    expect(within(rug).queryByRole("button", { name: "End test" })).toBeNull();
  });

  it("ends a test by undoing its decision, after a word on what that does", async () => {
    const { user, world } = open("/effects");
    await card("Leather halter");
    await user.click(screen.getByRole("button", { name: "End test" }));
    const dialog = await screen.findByRole("dialog");
    expect(dialog).toHaveTextContent("€60.00 is put back");
    await user.click(within(dialog).getByRole("button", { name: "End test" }));
    const sent = world.requests.find((r) => r.method === "POST" && r.path.endsWith("/revert"));
    expect(sent?.path).toBe("/v1/decisions/dec_test/revert");
  });

  it("names the next step where none was ever begun", async () => {
    const world = new World();
    world.priceTests = [];
    open("/effects", world);
    expect(await screen.findByText("No price was tested yet")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Run the pricing agent" })).toBeInTheDocument();
  });
});

it("shows an agent's accuracy on its own page", async () => {
  open("/agents/inventory_pricing");
  const part = await screen.findByRole("region", { name: "What its decisions did" });
  expect(await within(part).findByText(/19 of 24/)).toBeInTheDocument();
});

it("shows on a decision what came of it", async () => {
  const world = new World();
  const detail = world.decisions.get("dec_bridle");
  const [effect] = someEffects(NOW);
  if (!detail || !effect) throw new Error("no decision");
  world.decisions.set("dec_bridle", { ...detail, status: "measured", effect });
  open("/approvals/dec_bridle?status=all", world);
  const part = await screen.findByRole("region", { name: "Effect" });
  expect(part).toHaveTextContent("+€151.50");
});

it("draws every interval and zero on one scale", () => {
  expect(spanOf(someEffects(NOW))).toEqual([-140, 323]);
  expect(spanOf([])).toEqual([0, 0]);
});
