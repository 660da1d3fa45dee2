import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { open } from "./support/app";
import { World } from "./support/world";

it("tells the share of promises kept to customers, what is not counted, and where it is from", async () => {
  const world = new World();
  open("/orders", world);
  const kept = await screen.findByRole("region", { name: "Promises to customers" });
  expect(kept).toHaveTextContent("90 % kept: 36 of 40 orders of the last 120 days");
  expect(kept).toHaveTextContent("80 %: 82 %–95 %");
  expect(kept).toHaveTextContent("1 of them is overdue. Of 3 more nobody tells");
  expect(kept).toHaveTextContent("Promised at ordering by cut-off, working days and lead time");
});

it("lists open orders that want a look, and how good the score and the promises were", async () => {
  open("/orders", new World());
  const card = (await screen.findByText("Open orders to look at")).closest("section");
  expect(within(card as HTMLElement).getByText("held")).toBeInTheDocument();
  expect(within(card as HTMLElement).getByText("high risk 82 %")).toBeInTheDocument();
  expect(screen.getByText(/Of 60 judged orders with a known outcome 4 were fraud/)).toBeVisible();
  expect(screen.getByText(/8 of 9 in time/)).toBeInTheDocument();
});

it("says the next step before any order was judged", async () => {
  const world = new World();
  const none = { ...world.fulfilment.record, orders: 0, bad: 0, flagged: 0, caught: 0, bins: [] };
  world.fulfilment = { ...world.fulfilment, open: 0, orders: [], record: none };
  open("/orders", world);
  expect(await screen.findByText(/No order was judged yet/)).toBeInTheDocument();
  expect(screen.getByText(/no judged order has come to a known outcome/)).toBeInTheDocument();
});

it("shows the factors of an order's risk, its route with what was passed over, and its snags", async () => {
  open("/orders/order_0", new World());
  expect(await screen.findByText("Throw-away mail")).toBeInTheDocument();
  expect(screen.getByText("+50.0")).toBeInTheDocument();
  expect(screen.getByText("−4.0")).toBeInTheDocument();
  expect(screen.getByText("2 from Northern Tack")).toBeInTheDocument();
  expect(screen.getByText(/2.10 more for one unit/)).toBeInTheDocument();
  expect(screen.getByText(/Fly mask with nose/)).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Decide" })).toHaveAttribute(
    "href",
    expect.stringContaining("/approvals/dec_bridle"),
  );
  expect(screen.getByText("Girth: 3 of 5 left the supplier, 2 will not come")).toBeInTheDocument();
  expect(screen.getByText(/Nobody has the rest: pay it back/)).toBeInTheDocument();
  expect(screen.getByText("Supplier order")).toBeInTheDocument();
});

it("reaches every order that wants a look, by an address that can be shared", async () => {
  const world = new World();
  const [first] = world.fulfilment.orders;
  if (!first) throw new Error("The small store has an order that wants a look.");
  world.fulfilment.orders = Array.from({ length: 8 }, (_, at) => ({
    ...first,
    order_id: `o-${at}`,
    name: `#20${at}`,
  }));
  const { user, history } = open("/orders", world);
  expect(await screen.findByRole("link", { name: "#205" })).toBeInTheDocument();
  expect(screen.queryByRole("link", { name: "#206" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Show 2 more" }));
  expect(await screen.findByRole("link", { name: "#207" })).toBeInTheDocument();
  expect(history.location.search).toBe("?attention=all");
});
