import { readFileSync } from "node:fs";
import { screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import { setPreferences } from "@/preferences/store";
import { goLive, open, until } from "./support/app";
import { World } from "./support/world";

const PAGES: [path: string, sign: string][] = [
  ["/", "Demand forecast"],
  ["/approvals/dec_bridle", "Undo plan"],
  ["/agents", "Inventory & pricing"],
  ["/agents/inventory_pricing", "Autonomy"],
  ["/agents/security", "Its class is not part of this release."],
  ["/effects", "Dressage saddle 17 inch"],
  ["/analytics?dimension=product", "Dressage saddle"],
  ["/analytics?view=found", "Driven by Country"],
  ["/analytics?view=reports", "Week 2026-W46"],
  ["/analytics?view=record", "Forecasts of days"],
  ["/runs/run_1842", "Forecast 214 SKUs"],
  ["/products", "Leather bridle A"],
  ["/products/prod_0", "Demand per variant"],
  ["/inventory?show=all", "Girth 60 cm"],
  ["/inventory?view=orders", "8 of 20 received"],
  ["/orders", "#1800"],
  ["/orders/order_0", "Lines"],
  ["/research", "Hay ball"],
  ["/security", "Ask its holder."],
  ["/suppliers", "Northern Tack"],
  ["/suppliers/sup_1", "Hoof pick"],
  ["/customers", "Rosa Reiter"],
  ["/customers?view=cohorts", "Who came back"],
  ["/customers/cus_1", "Segments and why"],
  ["/activity", "November 22"],
  ["/marketing", "Abandoned checkout"],
  ["/support?thread=thr_1", "3STEST123456"],
  ["/policies", "Margin floor"],
  ["/connections", "Outside systems"],
];

describe.each(["dark", "light"] as const)("in the %s theme", (theme) => {
  it.each(PAGES)("%s passes axe", async (path, sign) => {
    setPreferences({ theme });
    const { container } = open(path);
    await goLive();
    await screen.findAllByText(
      (text) => text.replace(",", "").includes(sign),
      {},
      { timeout: 5_000 },
    );
    await until(() => screen.queryByRole("status", { name: "Loading" }) === null);
    const found = await axe.run(container, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      // jsdom paints nothing: contrast is checked on the tokens below and in a real browser.
      rules: { "color-contrast": { enabled: false } },
    });
    expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`)).toEqual(
      [],
    );
  });
});

describe("colours", () => {
  const css = readFileSync("src/styles/tokens.css", "utf8");
  const block = (start: string) =>
    css.slice(css.indexOf(start), css.indexOf("}", css.indexOf(start)));
  const tokens = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/--c-([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, hex]) => [name, hex]),
    ) as Record<string, string>;
  const light = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
      const part = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [high = 0, low = 0] = [light(a), light(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };

  it.each([
    ["dark", ":root {"],
    ["light", ':root[data-theme="light"] {'],
  ])("of text measure at least 4.5 on every surface in the %s theme", (_name, start) => {
    const theme = tokens(block(start));
    for (const surface of ["bg", "surface", "raised", "accent-soft"]) {
      for (const text of ["fg", "muted", "accent", "ok", "warn", "bad", "info"]) {
        const ratio = contrast(theme[text] ?? "", theme[surface] ?? "");
        expect({ text, surface, enough: ratio >= 4.5 }).toEqual({ text, surface, enough: true });
      }
      expect(contrast(theme["line-strong"] ?? "", theme[surface] ?? "")).toBeGreaterThanOrEqual(
        2.9,
      );
    }
    expect(contrast(theme["on-accent"] ?? "", theme.accent ?? "")).toBeGreaterThanOrEqual(4.5);
  });
});

describe("today", () => {
  it("shows each figure with its comparison and where it comes from", async () => {
    open("/");
    const figures = within(await screen.findByRole("region", { name: "Figures" }));
    expect(await figures.findByText("€48,210")).toBeInTheDocument();
    expect(figures.getByText("+12.4%")).toBeInTheDocument();
    expect(figures.getByText("9 SKUs")).toBeInTheDocument();
    expect(figures.getByText(/sandbox · as of/)).toBeInTheDocument();
  });

  it("ticks the first steps by what really happened", async () => {
    const { world } = open("/");
    const socket = await goLive();
    const steps = within(await screen.findByRole("region", { name: "First steps" }));
    expect(steps.getByRole("link", { name: /Run an agent\s*\(done\)/ })).toBeInTheDocument();
    expect(
      steps.getByRole("link", { name: /Approve one decision\s*\(open\)/ }),
    ).toBeInTheDocument();
    world.update("dec_bridle", { status: "executed" });
    socket.say({
      kind: "event",
      event: world.event("decision.executed", { decision_id: "dec_bridle" }),
    });
    expect(
      await steps.findByRole("link", { name: /Approve one decision\s*\(done\)/ }),
    ).toBeInTheDocument();
  });

  it("compares with last year when the address says so", async () => {
    const { world } = open("/?compare=year");
    await screen.findByText("€48,210");
    expect(world.requests.find((r) => r.path === "/v1/metrics")?.query.get("compare")).toBe("year");
  });
});

describe("an agent", () => {
  it("that cannot run says why and offers no button", async () => {
    open("/agents/security");
    expect(await screen.findByText("Its class is not part of this release.")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: /Run now/ })).toBeNull();
  });

  it("changes its autonomy for one kind only", async () => {
    const { user, world } = open("/agents/inventory_pricing");
    const dial = within(await screen.findByRole("radiogroup", { name: "Autonomy: Price change" }));
    await user.click(dial.getByRole("radio", { name: "Auto" }));
    await until(() => world.requests.some((r) => r.method === "PATCH"));
    expect(world.requests.find((r) => r.method === "PATCH")?.body).toEqual({
      autonomy: [{ kind: "price.set", level: "auto" }],
    });
  });
});

describe("a run", () => {
  it("shows a step's inputs and outputs when it is chosen", async () => {
    const { user } = open("/runs/run_1842");
    await user.click(await screen.findByRole("button", { name: /Forecast 214 SKUs/ }));
    expect(screen.getByText("Input")).toBeInTheDocument();
    expect(screen.getByText(/"rows": 642/)).toBeInTheDocument();
    expect(
      screen.getByText("unit cost of 4 variants: pricing is blocked for them"),
    ).toBeInTheDocument();
  });
});

describe("policies", () => {
  it("save a new version with decimals as strings and counts as numbers", async () => {
    const { user, world } = open("/policies");
    const floor = await screen.findByLabelText("Margin floor");
    await user.clear(floor);
    await user.type(floor, "22,5");
    await user.type(screen.getByLabelText("Why"), "a trial");
    await user.click(screen.getByRole("button", { name: "Save limits" }));
    await screen.findByText(/Version 4/);
    const put = world.requests.find((r) => r.method === "PUT")?.body as {
      version: number;
      document: Record<string, unknown>;
      reason: string;
    };
    expect(put.reason).toBe("a trial");
    expect(put.version).toBe(3);
    expect(put.document.margin_floor_percent).toBe("22.5");
    expect(put.document.cooldown_days).toBe(7);
    expect(put.document.unit_cost_max).toBeNull();
  });

  it("name the changes that wait for a person, with the way there", async () => {
    const { world, queries } = open("/policies");
    await screen.findByLabelText("Margin floor");
    expect(screen.queryByText(/of the policy wait/)).not.toBeInTheDocument();
    world.policy = { ...world.policy, waiting: ["dec_1"] };
    await queries.invalidateQueries({ queryKey: ["policies"] });
    expect(await screen.findByText(/1 change of the policy waits/)).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Look at it" })).toHaveAttribute(
      "href",
      "/approvals/dec_1",
    );
  });

  it("keep a person's edits when another version came into force", async () => {
    const { user, world } = open("/policies");
    const socket = await goLive();
    const step = await screen.findByLabelText("Largest step per change");
    await user.clear(step);
    await user.type(step, "8");
    world.policy = {
      ...world.policy,
      version: 4,
      document: { ...world.policy.document, cooldown_days: 14 },
    };
    socket.say({ kind: "event", event: world.event("policy.changed") });
    expect(await screen.findByText("Someone saved another version meanwhile.")).toBeInTheDocument();
    expect(step).toHaveValue("8");
    await user.click(screen.getByRole("button", { name: "Load version in force" }));
    expect(screen.getByLabelText("Largest step per change")).toHaveValue("10");
    expect(screen.getByLabelText("Rest between changes of one subject")).toHaveValue("14");
  });

  it("refuse what is no number before asking the server", async () => {
    const { user } = open("/policies");
    const floor = await screen.findByLabelText("Margin floor");
    await user.clear(floor);
    await user.type(floor, "much");
    expect(screen.getByText("Must be a number.")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Save limits" })).toBeDisabled();
  });
});

describe("products", () => {
  it("are asked for as the address says, and only the near rows exist", async () => {
    const { world } = open("/products?stock=low&sort=cover");
    await screen.findByText("Leather bridle A");
    const query = world.requests.find((r) => r.path === "/v1/products")?.query;
    expect(query?.get("stock")).toBe("low");
    expect(query?.get("sort")).toBe("cover");
    await waitFor(() => expect(screen.getAllByRole("row").length).toBeLessThan(60));
  });

  it("say that an unknown cost is unknown", async () => {
    open("/products/prod_12");
    expect((await screen.findAllByTitle("unknown: no price is proposed")).length).toBe(2);
  });

  it("say why a price should move, with the curve, the optimum and the limits", async () => {
    const { user } = open("/products/prod_0");

    expect(await screen.findByText(/should become/)).toBeInTheDocument();
    expect(screen.getByRole("img", { name: /would bring at other prices/ })).toBeInTheDocument();
    expect(screen.getByText("2 (80 %: 1.5 to 2.5)")).toBeInTheDocument();
    expect(screen.getByText("35 %, over 78 weeks")).toBeInTheDocument();
    await user.click(screen.getByText("The curve in figures"));
    expect(screen.getByText("30 (80 %: 24 to 38)")).toBeInTheDocument();
  });

  it("draw units where the cost is unknown, and say what is missing", async () => {
    open("/products/prod_12");
    expect(await screen.findByText("unknown without a unit cost")).toBeInTheDocument();
    expect(screen.getByText(/so no margin can be computed/)).toBeInTheDocument();
  });

  it("say that no pricing run has looked yet", async () => {
    const world = new World();
    world.pricesWeighed = false;
    open("/products/prod_0", world);
    expect(await screen.findByText("No pricing run has looked at it yet")).toBeInTheDocument();
  });
});

describe("activity", () => {
  it("leaves progress out until every event is asked for", async () => {
    const { user, world } = open("/activity");
    const asked = () => world.requests.filter((r) => r.path === "/v1/events").at(-1)?.query;
    await until(() => asked()?.getAll("without").includes("run.step") === true);
    await user.selectOptions(await screen.findByLabelText("Kind of event"), "all");
    await until(() => asked()?.has("without") === false);
  });

  it("links an event to its decision and undoes an executed one", async () => {
    const { user, world } = open("/activity");
    const socket = await goLive();
    world.update("dec_bridle", { status: "executed" });
    socket.say({
      kind: "event",
      event: world.event("decision.executed", {
        decision_id: "dec_bridle",
        subject_title: "Leather bridle, full",
      }),
    });
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await until(() => world.requests.some((r) => r.path === "/v1/decisions/dec_bridle/revert"));
  });

  it.each([
    [
      { outcome: "ok", input_tokens: 1200, output_tokens: 80 },
      ["1,200 tokens in, 80 out", "cost €0.00038", "took 2.4 s, first word after 400 ms"],
    ],
    [
      { outcome: "unavailable", input_tokens: null, output_tokens: null, cost: null },
      ["ended: unavailable", "tokens unknown", "cost unknown"],
    ],
    [{ outcome: null }, ["no answer known yet"]],
  ])("tells what a call of a model took, unknown where nobody knows: %o", async (took, says) => {
    const { user, world } = open("/activity");
    const socket = await goLive();
    world.modelCalls.push({
      id: "mdc_1",
      at: "2026-11-22T09:40:00Z",
      model: "gpt-x",
      purpose: "chat",
      actor: "ada",
      about: "cnv_1",
      characters: 40,
      hidden: { name: 1 },
      answered_by: "gpt-x",
      milliseconds: 2400,
      first_token_milliseconds: 400,
      cost: { amount: "0.00038", currency: "EUR" },
      input_tokens: 1,
      output_tokens: 1,
      texts: ["What did {NAME_1} order?"],
      digests: ["00"],
      ...took,
    });
    socket.say({ kind: "event", event: world.event("model.asked", { call_id: "mdc_1" }) });
    await user.click(await screen.findByRole("button", { name: /asked a language model/ }));
    const shown = await screen.findByRole("region", { name: "What the model was shown" });
    for (const each of says) expect(within(shown).getByText(each)).toBeInTheDocument();
    expect(within(shown).getByText("What did {NAME_1} order?")).toBeInTheDocument();
  });
});
