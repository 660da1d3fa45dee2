import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
// Compiled before the first test, whose patience it would otherwise use up on a busy machine.
import "@/modules/products/ProductPage";
import { open } from "./support/app";
import { World } from "./support/world";

const NAME = "Past forecasts against what was sold";

describe("the forecast on the page of a product", () => {
  it("sets what was sold beside what had been expected, week by week", async () => {
    open("/products/prod_0");
    const kept = await screen.findByRole("region", { name: NAME });
    expect(kept).toHaveTextContent("4 forecast weeks are over: 3 inside their 80 % interval");
    expect(within(kept).getAllByText("inside")).toHaveLength(3);
    expect(within(kept).getAllByText("outside")).toHaveLength(1);
  });

  it("lists only weeks to come as what is expected", async () => {
    open("/products/prod_0");
    await screen.findByRole("region", { name: NAME });
    const chart = await screen.findByRole("table", { name: /Weekly demand of/ });
    expect(within(chart).getAllByRole("row")).toHaveLength(9);
    expect(within(chart).getAllByRole("rowheader")[0]).toHaveTextContent("Nov 16, 2026");
  });

  it("says that nothing is known before a forecast week is over", async () => {
    const world = new World();
    world.forecastsKept = false;
    open("/products/prod_0", world);
    expect(await screen.findByText(/No week that was forecast is over yet/)).toBeInTheDocument();
    expect(screen.queryByRole("region", { name: NAME })).toBeNull();
  });
});

describe("why a price stands", () => {
  it("shows where the price goes, part by part with its source, and what is not known", async () => {
    open("/products/prod_0");
    const parts = await screen.findByRole("table", { name: /Where this price goes/ });
    const row = (name: RegExp) => within(parts).getByText(name).closest("tr");
    expect(row(/Returned goods/)).toHaveTextContent("own orders and refunds of a year");
    expect(row(/Payment fees/)).toHaveTextContent("policy");
    expect(row(/Shipping that buyers do not pay/)).toHaveTextContent("unknown");
    expect(screen.getByText(/Enter what shipping an order costs/)).toBeInTheDocument();
    expect(screen.getByText("Open policies")).toHaveAttribute("href", "/policies");
    expect(screen.getByText(/8.1 ?% of 412 units come back/)).toBeInTheDocument();
  });

  it("lists what competitors ask, and says which of it is too old to count", async () => {
    open("/products/prod_0");
    const fresh = (await screen.findByText("halters-r-us.example")).closest("li");
    expect(fresh).toHaveTextContent("Seen 10 hr. ago");
    expect(fresh).not.toHaveTextContent("does not count");
    const old = screen.getByText("paardenshop.example").closest("li");
    expect(old).toHaveTextContent("too old, does not count");
  });
});

describe("the demand of collections and product types", () => {
  it("lists them with what they sold and will sell, and opens one week by week", async () => {
    const { user } = open("/products?view=collection");
    const table = await screen.findByRole("table", { name: "Demand of collections" });
    expect(within(table).getByText("Autumn sale").closest("[role=row],tr")).toHaveTextContent(
      "12011028 (20 to 38)",
    );
    await user.click(within(table).getByText("Autumn sale"));
    const dialog = await screen.findByRole("dialog", { name: "Autumn sale" });
    expect(await within(dialog).findByText(/sum of the variants/)).toBeInTheDocument();
    expect(
      await within(dialog).findByRole("table", { name: /Weekly demand of Autumn sale/ }),
    ).toBeInTheDocument();
  });

  it("names the products without a type", async () => {
    open("/products?view=category");
    expect(await screen.findByText("Without a type")).toBeInTheDocument();
  });

  it("says where forecasts come from while there is none", async () => {
    const world = new World();
    world.demandKnown = false;
    open("/products?view=collection", world);
    expect(await screen.findByText(/the store may have none/)).toBeInTheDocument();
  });
});
