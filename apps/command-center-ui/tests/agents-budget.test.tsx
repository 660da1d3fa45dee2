import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { Aira } from "./support/aira";
import { open } from "./support/app";
import { World } from "./support/world";

function openAgents(world: World, paused = true) {
  const opened = open("/agents", world);
  const aira = new Aira();
  const budget = { ...aira.status.agents_budget, tokens_used: 1_000, paused };
  aira.status = { ...aira.status, agents_budget: budget };
  aira.serve();
  return { ...opened, aira };
}

it("says on Agents that their budget for models is spent, and grants another day's", async () => {
  const { user, aira } = openAgents(new World());
  expect(await screen.findByText("1,000 of 1,000 tokens today")).toBeInTheDocument();
  expect(screen.getByText(/customers are answered by macros/)).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Grant another day's budget" }));
  await waitFor(() => expect(screen.queryByText(/tokens today/)).toBeNull());
  expect(aira.granted).toEqual(["agent:*"]);
});

it("says nothing while there is budget left", async () => {
  openAgents(new World(), false);
  expect(await screen.findByText("Inventory & pricing")).toBeInTheDocument();
  expect(screen.queryByText(/budget for language models/)).toBeNull();
});
