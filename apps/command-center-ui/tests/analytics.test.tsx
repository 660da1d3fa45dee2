import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
// Compiled before the first test, whose patience it would otherwise use up on a busy machine.
import "@/modules/analytics";
import { open } from "./support/app";
import { World } from "./support/world";

describe("the page Analytics", () => {
  it("shows a measure with what it is compared with", async () => {
    open("/analytics");
    expect(await screen.findByRole("heading", { name: "Net revenue" })).toBeInTheDocument();
    expect(await screen.findByText("€100.00", { exact: false })).toBeInTheDocument();
    expect(screen.getByText(/^\+25(\.0)?%$/)).toBeInTheDocument();
    expect(screen.getByText(/against €80.00/)).toBeInTheDocument();
  });

  it("asks for the dimension and keeps the choice in the address", async () => {
    const { user, world, history } = open("/analytics");
    await screen.findByText(/against €80.00/);
    await user.selectOptions(screen.getByRole("combobox", { name: "By" }), "product");
    const table = await screen.findByRole("table", { name: "" });
    expect(within(table).getByText("Dressage saddle")).toBeInTheDocument();
    expect(within(table).getByText("Not known")).toBeInTheDocument();
    expect(history.location.search).toBe("?dimension=product");
    expect(world.requests.some((r) => r.query.get("dimension") === "product")).toBe(true);
  });

  it("keeps an amount in another currency apart and names it", async () => {
    open("/analytics?dimension=product");
    expect(await screen.findByText("Lead rope (USD)")).toBeInTheDocument();
  });

  it("narrows to a value and can be widened again", async () => {
    const { user, world, history } = open("/analytics?dimension=product");
    await user.click(await screen.findByRole("button", { name: "Dressage saddle" }));
    expect(await screen.findByText(/Only Product: Dressage saddle/)).toBeInTheDocument();
    expect(world.requests.some((r) => r.query.get("filter") === "p1")).toBe(true);
    await user.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(history.location.search).toBe("");
  });

  it("leads to the SQL and to the rows behind the figure", async () => {
    const { user } = open("/analytics");
    expect(await screen.findByText("The formula of revenue_net")).toBeInTheDocument();
    expect(screen.getByText("SELECT SUM(f.net) FROM fact_order f")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Show the rows" }));
    expect(await screen.findByText("9001")).toBeInTheDocument();
  });

  it("exports what is on screen", async () => {
    open("/analytics?metric=orders&compare=none");
    const link = await screen.findByRole("link", { name: "Export CSV" });
    expect(link.getAttribute("href")).toContain("/v1/analytics/export.csv?metric=orders");
    expect(link.getAttribute("href")).toContain("compare=none");
  });

  it("says why a figure is not known", async () => {
    open("/analytics?metric=cac");
    expect(await screen.findByText("not known: no spend is imported")).toBeInTheDocument();
  });

  it("says that the warehouse is empty before its first load", async () => {
    const world = new World();
    world.analytics = { loaded: false, slices: [], sql: "" };
    open("/analytics", world);
    expect(await screen.findByText("The warehouse holds nothing yet")).toBeInTheDocument();
  });

  it("says that the last day still grows, and offers a retry after an error", async () => {
    const world = new World();
    world.analytics = { partial: true };
    open("/analytics", world);
    expect(await screen.findByText(/The last day is not over/)).toBeInTheDocument();
    const broken = new World();
    broken.failing.set("/v1/analytics/explore", 503);
    open("/analytics", broken);
    expect(await screen.findByText("The store is not reachable.")).toBeInTheDocument();
  });

  it("draws what is expected after what was", async () => {
    open("/analytics");
    expect(await screen.findByText(/by 36 past forecasts/)).toBeInTheDocument();
    expect(await screen.findByRole("cell", { name: "€55.00" })).toBeInTheDocument();
  });

  it("says what stands out, what drives it, and takes a person's word", async () => {
    const { user } = open("/analytics?view=found");
    expect(await screen.findByText("Driven by Country")).toBeInTheDocument();
    expect(screen.getByText(/45 instead of 0, explains 98%/)).toBeInTheDocument();
    expect(screen.getByText("Decide on the alert")).toHaveAttribute("href", "/approvals/dec_alert");
    await user.click(screen.getByRole("button", { name: "It was one" }));
    expect(await screen.findByText("said ada")).toBeInTheDocument();
  });

  it("leads to the reports and says how good the agent was", async () => {
    const { user } = open("/analytics?view=reports");
    const read = await screen.findByRole("link", { name: "Read" });
    expect(read).toHaveAttribute("href", "/v1/analytics/reports/2026-W46/page?language=en");
    await user.click(screen.getByRole("radio", { name: "How good" }));
    expect(await screen.findByText(/^75(\.0)?%$/)).toBeInTheDocument();
    expect(screen.getByRole("rowheader", { name: "Orders" })).toBeInTheDocument();
  });
});
