import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { open } from "./support/app";
import { World } from "./support/world";

it("shows each factor's evidence, what is not known, and why an article was left out", async () => {
  open("/research", new World());
  expect((await screen.findAllByText("Evidence of margin")).length).toBe(2);
  expect(screen.getAllByText("not known").length).toBe(2);
  expect(screen.getByText(/Nearly the same as/)).toBeInTheDocument();
  expect(screen.getByText(/sought by words only/)).toBeInTheDocument();
  expect(screen.getByText(/no pick was on sale for 28 days/)).toBeInTheDocument();
  const link = screen.getByRole("link", { name: "Decide on the import" });
  expect(link).toHaveAttribute("href", expect.stringContaining("/approvals/dec_bridle"));
});

it("compares the articles that were chosen, factor by factor", async () => {
  const { user } = open("/research", new World());
  await user.click(await screen.findByRole("checkbox", { name: "Compare Hay ball" }));
  await user.click(screen.getByRole("checkbox", { name: "Compare Fly mask with nose" }));
  const row = screen.getByRole("row", { name: /^Score/ });
  expect(within(row).getByText("0.71")).toBeInTheDocument();
  expect(within(row).getByText("0.44")).toBeInTheDocument();
});

it("says the next step before the agent has run, and asks it to", async () => {
  const world = new World();
  world.research = { ...world.research, run_id: null, candidates: [] };
  const { user } = open("/research", world);
  expect(await screen.findByText("Nothing was researched yet")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Run now" }));
  const posted = world.requests.filter((each) => each.method === "POST").map((each) => each.path);
  expect(posted).toContain("/v1/agents/product_research/run");
});
