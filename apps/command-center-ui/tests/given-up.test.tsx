import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { open } from "./support/app";
import { World } from "./support/world";

const LETTER = {
  id: "ded_1",
  kind: "run_agent",
  subject: "run_1842",
  error: "Given up after 6 attempts: its worker died each time.",
  at: "2026-11-22T09:00:00Z",
};

it("shows work that was given up, and takes it off the list when it is tried again", async () => {
  const world = new World();
  world.deadLetters = [LETTER];
  const { user } = open("/agents", world);
  const card = (await screen.findByRole("heading", { name: "Given up" })).closest("section");
  if (!card) throw new Error("no card");
  expect(within(card).getByText(/its worker died each time/)).toBeInTheDocument();
  await user.click(within(card).getByRole("button", { name: "Try again" }));
  await screen.findByText("Inventory & pricing");
  expect(world.requests.some((r) => r.path === "/v1/dead-letters/ded_1/retry")).toBe(true);
  expect(world.deadLetters).toEqual([]);
});

it("never offers to repeat a write of which nobody knows whether it happened", async () => {
  const world = new World();
  world.deadLetters = [{ ...LETTER, kind: "execute_decision" }];
  open("/agents", world);
  expect(await screen.findByRole("button", { name: "Dismiss" })).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});

it("shows on Connections the webhooks that could not be taken in, and no other work", async () => {
  const world = new World();
  const refused = "w-7: DataError: value too long";
  world.deadLetters = [
    LETTER,
    { ...LETTER, id: "ded_2", kind: "take_in_webhooks", subject: "17", error: refused },
  ];
  const { user } = open("/connections", world);
  const card = (await screen.findByRole("heading", { name: "Given up" })).closest("section");
  if (!card) throw new Error("no card");
  expect(within(card).getByText(refused)).toBeInTheDocument();
  expect(within(card).queryByText(LETTER.error)).toBeNull();
  await user.click(within(card).getByRole("button", { name: "Try again" }));
  expect(world.requests.some((r) => r.path === "/v1/dead-letters/ded_2/retry")).toBe(true);
});
