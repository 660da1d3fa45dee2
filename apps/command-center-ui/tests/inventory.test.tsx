import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
// Compiled before the first test, whose patience it would otherwise use up on a busy machine.
import "@/modules/inventory";
import { placeOf } from "@/modules/inventory/CoverRange";
import { draftOf, entriesOf } from "@/modules/inventory/terms";
import { open, until } from "./support/app";
import { World } from "./support/world";

async function row(title: string): Promise<HTMLElement> {
  const found = (await screen.findByText(title)).closest("tr");
  if (!found) throw new Error(`no row ${title}`);
  return found;
}

describe("stock at risk", () => {
  it("shows cover with its interval, what is late, and what to order", async () => {
    open("/inventory");
    const bridle = await row("Leather bridle A, cob");
    expect(bridle).toHaveTextContent("Cover 5 days, 80 % interval 3 to 8");
    expect(bridle).toHaveTextContent("too late");
    expect(bridle).toHaveTextContent("26");
    expect(bridle).toHaveTextContent("€418.80");
    expect(bridle).toHaveTextContent("AY");
    expect(await row("Girth 60 cm")).toHaveTextContent("Nov 28, 2026");
    expect(screen.queryByText("Stable lamp")).toBeNull();
  });

  it("keeps the filter in the address, and says over 180 days where the end is not seen", async () => {
    const { user, history, world } = open("/inventory");
    await user.click(await screen.findByRole("radio", { name: "Unsold (1)" }));
    expect(await row("Stable lamp")).toHaveTextContent("Cover over 180 days");
    expect(await row("Stable lamp")).toHaveTextContent("unsold");
    expect(history.location.search).toBe("?show=dead");
    expect(world.requests.some((r) => r.query.get("show") === "dead")).toBe(true);
  });

  it("opens one variant with every figure, and says what is not known", async () => {
    const { user, history } = open("/inventory");
    await user.click(await screen.findByRole("link", { name: /Girth 60 cm/ }));
    const dialog = await screen.findByRole("dialog");
    expect(history.location.search).toBe("?item=v_girth");
    expect(dialog).toHaveTextContent("17.4 ± 3.1 daysas entered, learned from 4 deliveries");
    expect(dialog).toHaveTextContent("cost unknown");
    expect(dialog).toHaveTextContent("Lost to empty shelves, last 13 weeksunknown");
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("names the first step where no run has looked, and the calm where nothing is at risk", async () => {
    const world = new World();
    world.stock.looked = false;
    open("/inventory", world);
    expect(await screen.findByText("Nobody has looked at the stock yet")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Open Inventory & pricing" })).toBeInTheDocument();
  });

  it("offers to try again when the coordinator fails", async () => {
    const world = new World();
    world.failing.set("/v1/stock-risks", 503);
    const { user } = open("/inventory", world);
    const retry = await screen.findByRole("button", { name: "Try again" });
    world.failing.clear();
    await user.click(retry);
    expect(await screen.findByText("Leather bridle A, cob")).toBeInTheDocument();
  });

  it("sends a supplier's terms to the supplier and a variant's own to the variant", async () => {
    const { user, world } = open("/inventory?item=v_bridle");
    const dialog = await screen.findByRole("dialog");
    await user.type(await within(dialog).findByLabelText("Delivery takes"), "21,5");
    await user.type(within(dialog).getByLabelText("Pack size"), "6");
    await user.click(within(dialog).getByRole("checkbox", { name: "Sun" }));
    await user.click(within(dialog).getByRole("button", { name: "Save terms" }));
    await until(() => world.requests.filter((r) => r.method === "PUT").length === 2);
    const [vendor, variant] = world.requests.filter((r) => r.method === "PUT").map((r) => r.body);
    expect(vendor).toMatchObject({
      scope: "vendor",
      subject: "Gerven & Zn",
      terms: { lead_time_days: "21.5", weekdays: [true, true, true, true, true, true, false] },
    });
    expect(variant).toMatchObject({
      scope: "variant",
      subject: "v_bridle",
      terms: { minimum_order: null, pack_size: "6" },
    });
  });

  it("lets who may not write policies read the terms only", async () => {
    const world = new World();
    world.session.permissions = world.session.permissions.filter((p) => p !== "policy:write");
    open("/inventory?item=v_bridle", world);
    expect(await screen.findByText("Your role may not change terms.")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Save terms" })).toBeDisabled();
  });
});

describe("orders and receipts", () => {
  it("shows drafts that wait, what came in, and why a receipt was not booked", async () => {
    open("/inventory?view=orders");
    const drafts = await screen.findByRole("region", { name: "Draft purchase orders" });
    expect(await within(drafts).findAllByRole("link")).not.toHaveLength(0);
    expect(await screen.findByText("8 of 20 received")).toBeInTheDocument();
    expect(screen.getByText(/overdue since/)).toBeInTheDocument();
    expect(screen.getByText(/not in stock: Changed since it was decided/)).toBeInTheDocument();
  });

  it("enters a delivery under one key, however often it is sent", async () => {
    const { user, world } = open("/inventory?view=orders");
    await user.click(await screen.findByRole("button", { name: "Enter a delivery" }));
    const units = await screen.findByLabelText("Units that came in");
    expect(units).toHaveValue("12");
    await user.clear(units);
    await user.type(units, "x");
    expect(screen.getByRole("button", { name: "Add to stock" })).toBeDisabled();
    await user.clear(units);
    await user.type(units, "5");
    world.failing.set("/v1/purchase-orders/po_1/receipts", 503);
    await user.click(screen.getByRole("button", { name: "Add to stock" }));
    await until(() => world.requests.some((r) => r.path.endsWith("/receipts")));
    world.failing.clear();
    await user.click(screen.getByRole("button", { name: "Add to stock" }));
    expect(await screen.findByText("13 of 20 received")).toBeInTheDocument();
    const sent = world.requests.filter((r) => r.path.endsWith("/receipts")).map((r) => r.body);
    expect(sent).toHaveLength(2);
    expect(sent[0]).toEqual(sent[1]);
    expect(sent[0]).toMatchObject({ quantity: 5, final: false });
  });

  it("undoes a receipt by its decision", async () => {
    const { user, world } = open("/inventory?view=orders");
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await until(() => world.requests.some((r) => r.path.endsWith("/revert")));
    expect(world.requests.find((r) => r.path.endsWith("/revert"))?.path).toBe(
      "/v1/decisions/dec_receipt_first/revert",
    );
  });

  it("offers no delivery to who may not decide", async () => {
    const world = new World();
    world.session.permissions = world.session.permissions.filter((p) => p !== "decisions:decide");
    open("/inventory?view=orders", world);
    expect(await screen.findByRole("button", { name: "Enter a delivery" })).toBeDisabled();
  });
});

it("places days on a line of sixty and keeps what was entered when nothing is typed", () => {
  expect([placeOf(0), placeOf(30), placeOf(90), placeOf(null)]).toEqual([0, 50, 100, 100]);
  const empty = draftOf({ vendor: null, variant: null });
  const [only] = entriesOf(empty, null, "v1");
  expect(only?.scope).toBe("variant");
  expect(Object.values(only?.terms ?? {}).every((value) => value === null)).toBe(true);
});
