import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
// Compiled before the first test, whose patience it would otherwise use up on a busy machine.
import "@/modules/customers";
import "@/modules/customers/CustomerPage";
import { open, until } from "./support/app";
import { World } from "./support/world";

describe("the page Customers", () => {
  it("tells what is expected with its interval, and how right that has been", async () => {
    open("/customers");
    const outlook = await screen.findByRole("region", { name: "The coming year" });
    expect(await within(outlook).findByText("1,812")).toBeInTheDocument();
    expect(outlook).toHaveTextContent("80%: 1,740 to 1,890");
    expect(outlook).toHaveTextContent("398 order days402 were expected");
    expect(outlook).toHaveTextContent("Error per customer 0.61; as often as before: 1.02");
    expect(outlook).toHaveTextContent("not bounded by the data");
  });

  it("says why nothing is expected yet", async () => {
    const world = new World();
    const few = "3 customers have ordered, 0 of them again.";
    world.valuation = { ...world.valuation, orders: null, value: null, reason: few };
    open("/customers", world);
    expect(await screen.findByText(few)).toBeInTheDocument();
  });

  it("shows what is unknown as unknown", async () => {
    open("/customers");
    const nameless = (await screen.findByText("no name")).closest("tr");
    expect(nameless).toHaveTextContent("unknown");
    const rosa = screen.getByText("Rosa Reiter").closest("tr");
    expect(rosa).toHaveTextContent("58%");
  });

  it("narrows the list to a segment, in the address too", async () => {
    const { user, world, history } = open("/customers");
    await user.click(await screen.findByRole("button", { name: /Slipping away/ }));
    await until(() => world.requests.some((r) => r.query.get("segment_id") === "seg_1"));
    expect(history.location.search).toBe("?segment=seg_1");
    expect(screen.getByText("orders >= 2 and last_order before 90 days ago")).toBeInTheDocument();
  });

  it("offers to clear a search that matches nobody", async () => {
    const { user } = open("/customers?q=zebra");
    await user.click(await screen.findByRole("button", { name: "Clear filters" }));
    expect(await screen.findByText("Rosa Reiter")).toBeInTheDocument();
  });

  it("keeps what failed apart from what did not", async () => {
    const world = new World();
    world.failing.set("/v1/customers/value", 503);
    open("/customers", world);
    expect(await screen.findByText("Rosa Reiter")).toBeInTheDocument();
    expect(await screen.findByRole("alert")).toHaveTextContent("req_test");
  });

  it("follows a cohort only as far as it is known", async () => {
    open("/customers?view=cohorts");
    const september = (await screen.findByRole("rowheader", { name: "2025-09" })).closest("tr");
    expect(september).toHaveTextContent("25%10%");
    expect(september).toHaveTextContent("€130.00");
    const november = screen.getByRole("rowheader", { name: "2025-11" }).closest("tr");
    expect(november).toHaveTextContent(/^2025-1112unknown$/);
  });
});

describe("the segment builder", () => {
  it("counts while a rule is typed and saves it", async () => {
    const { user, world } = open("/customers");
    await user.click(await screen.findByRole("button", { name: "New segment" }));
    const save = screen.getByRole("button", { name: "Save segment" });
    expect(save).toBeDisabled();
    await user.type(screen.getByLabelText("Name"), "Regulars");
    await user.type(screen.getByLabelText("Rule"), "orders >= 3");
    expect(await screen.findByText("1 of 2 customers")).toBeInTheDocument();
    await user.click(save);
    await until(() => world.segments.length === 2);
    const sent = world.requests.find((r) => r.method === "POST");
    expect(sent?.body).toEqual({ name: "Regulars", rule: "orders >= 3" });
  });

  it("points at what it cannot read and does not save it", async () => {
    const { user } = open("/customers");
    await user.click(await screen.findByRole("button", { name: "New segment" }));
    await user.type(screen.getByLabelText("Name"), "Wrong");
    await user.type(screen.getByLabelText("Rule"), "orders ; 3");
    expect(await screen.findByText(/At character 8: This means nothing here/)).toBeInTheDocument();
    expect(screen.getByLabelText("Rule")).toHaveAttribute("aria-invalid", "true");
    expect(screen.getByRole("button", { name: "Save segment" })).toBeDisabled();
  });

  it("sends the version it changed", async () => {
    const { user, world } = open("/customers?segment=seg_1");
    await user.click(await screen.findByRole("button", { name: "Change" }));
    await user.type(screen.getByLabelText("Rule"), " or orders >= 9");
    await screen.findByText("1 of 2 customers");
    await user.click(screen.getByRole("button", { name: "Save segment" }));
    await until(() => world.requests.some((r) => r.method === "PUT"));
    const sent = world.requests.find((r) => r.method === "PUT");
    expect(sent?.body).toMatchObject({ version: 3 });
  });

  it("is closed to those who may only read", async () => {
    const world = new World();
    world.session = { ...world.session, permissions: ["store:read"] };
    open("/customers", world);
    expect(await screen.findByRole("button", { name: "New segment" })).toBeDisabled();
  });
});

describe("one customer", () => {
  it("explains every part of why they are in a segment", async () => {
    open("/customers/cus_1");
    const part = (await screen.findByText("last_order before 90 days ago")).closest("li");
    expect(part).toHaveTextContent("true · is Jul 1, 2025");
    const fact = screen.getByText("Country of the default address, two letters");
    expect(fact.nextElementSibling).toHaveTextContent("unknown");
  });

  it("tells what they said about marketing on each channel", async () => {
    open("/customers/cus_1");
    const mail = (await screen.findByText("By mail")).nextElementSibling;
    expect(mail).toHaveTextContent("agreed");
    expect(mail).toHaveTextContent(/since Feb 1.* · confirmed/);
    expect(screen.getByText("By text message").nextElementSibling).toHaveTextContent(
      "no address in the store",
    );
  });

  it("says so when nothing is expected of somebody", async () => {
    open("/customers/cus_2");
    expect(await screen.findByText("Nothing is expected yet")).toBeInTheDocument();
  });
});
