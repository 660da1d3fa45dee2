import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { open } from "./support/app";
import { World } from "./support/world";

async function card(name: string) {
  const found = (await screen.findByRole("heading", { name })).closest("section");
  if (!found) throw new Error(`no card ${name}`);
  return within(found as HTMLElement);
}

it("shows what waits, who works and which schedule is late", async () => {
  open("/engine", new World());
  const queues = await card("Queues");
  const waiting = queues.getByRole("row", { name: /Scheduled runs/ });
  expect(within(waiting).getByText("3")).toBeInTheDocument();
  expect((await card("Workers")).getByText("alive")).toBeInTheDocument();
  expect((await card("Schedules")).getByText("late")).toBeInTheDocument();
});

it("runs a scheduled agent at once and pauses it", async () => {
  const world = new World();
  const { user } = open("/engine", world);
  const schedules = await card("Schedules");
  await user.click(schedules.getByRole("button", { name: "Run now: Inventory & pricing" }));
  await user.click(schedules.getByRole("button", { name: "Pause: Inventory & pricing" }));
  const posted = world.requests.filter((r) => r.method === "POST").map((r) => r.path);
  expect(posted).toContain("/v1/agents/inventory_pricing/run");
  expect(posted).toContain("/v1/agents/inventory_pricing/pause");
});

it("says that nothing runs and that nothing is known while no worker is alive", async () => {
  const world = new World();
  world.engine.workers = [];
  for (const queue of world.engine.queues) queue.waiting = null;
  world.engine.untaken = 2;
  open("/engine", world);
  expect(await screen.findByText(/No worker is alive/)).toBeInTheDocument();
  expect(screen.getByText("2 commands wait for a worker")).toBeInTheDocument();
  expect(screen.getAllByText("unknown")).toHaveLength(4);
  expect(screen.getByText(/No worker has reported/)).toBeInTheDocument();
});

it("takes the filters of the runs from the address and clears them", async () => {
  const world = new World();
  const { user } = open("/engine?status=failed", world);
  expect(await screen.findByRole("combobox", { name: "Every state" })).toHaveValue("failed");
  await user.click(await screen.findByRole("button", { name: /clear/i }));
  expect((await card("Runs")).getByRole("link", { name: /succeeded/ })).toBeInTheDocument();
});
