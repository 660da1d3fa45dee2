import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { goLive, open } from "./support/app";
import { resource, World } from "./support/world";

const SECRET = "shpss_never_shown_again";

it("shows access, rate, freshness, and which agent lacks which scope", async () => {
  open("/connections", new World());
  expect(await screen.findByText("missing: write_products")).toBeInTheDocument();
  expect(screen.getByText("client id and secret")).toBeInTheDocument();
  expect(screen.getByText(/1,480 of 2,000 points left/)).toBeInTheDocument();
  expect(screen.getByText("never throttled")).toBeInTheDocument();
  expect(screen.getByText("Inventory & pricing")).toBeInTheDocument();
});

it("shows of each kind how far the first reading is, and follows it without a reload", async () => {
  const world = new World();
  world.storeConnection.resources = [
    resource("products", 60, { expected: 60, newest_at: world.storeConnection.synced_at }),
    resource("orders", 0, { stage: "preparing", prepared: 900, expected: 1840, read_at: null }),
    resource("returns", 0, { stage: "not_granted", started_at: null, read_at: null }),
    resource("segments", 0, { stage: "waiting", started_at: null, read_at: null }),
  ];
  open("/connections", world);
  const socket = await goLive();
  const list = await screen.findByRole("region", { name: "In the local copy" });
  const row = (name: string) => within(list).getByText(name).closest("li") as HTMLElement;
  expect(row("Products")).toHaveTextContent(/60read.*newest change/);
  expect(row("Orders")).toHaveTextContent(/0 of 1,840Shopify prepares the file/);
  expect(row("Orders")).toHaveTextContent("900 objects in the file so far");
  expect(row("Returns")).toHaveTextContent("scope missing");
  expect(row("Segments")).toHaveTextContent("waiting");
  world.storeConnection.resources = [
    resource("orders", 1472, { stage: "reading", expected: 1840, read_at: null }),
  ];
  socket.say({ kind: "event", event: world.event("store.sync.progressed") });
  expect(await within(list).findByText("1,472 of 1,840")).toBeInTheDocument();
  expect(within(list).getByRole("progressbar", { name: "Orders" })).toHaveAttribute(
    "aria-valuenow",
    "80",
  );
});

it("names the whole address that an app must list to be installed", async () => {
  const { user } = open("/connections", new World());
  await user.click(await screen.findByRole("button", { name: "Connect your store" }));
  const dialog = await screen.findByRole("dialog");
  expect(dialog).toHaveTextContent("http://127.0.0.1:3001/oauth/shopify/callback");
});

it("sends a key once, says that it is checked, and keeps nothing of it on the page", async () => {
  const world = new World();
  const { user } = open("/connections", world);
  await user.click(await screen.findByRole("button", { name: "Connect your store" }));
  const dialog = await screen.findByRole("dialog");
  await user.click(within(dialog).getByRole("radio", { name: "Client id and secret" }));
  await user.type(within(dialog).getByLabelText("Shop"), "saddlery");
  await user.type(within(dialog).getByLabelText("Client id"), "app-1");
  const secret = within(dialog).getByLabelText("Client secret");
  expect(secret).toHaveAttribute("type", "password");
  await user.type(secret, SECRET);
  await user.click(within(dialog).getByRole("button", { name: "Connect" }));
  expect(await screen.findByText(/saddlery is being checked/)).toBeInTheDocument();
  const sent = world.requests.find((each) => each.path === "/v1/connections/store/key");
  expect(sent?.body).toEqual({ shop: "saddlery", client_id: "app-1", client_secret: SECRET });
  expect(document.body.innerHTML).not.toContain(SECRET);
});

it("says what was refused and why, and what a revoked access means", async () => {
  const world = new World();
  world.storeConnection.candidate = {
    domain: "saddlery.myshopify.com",
    state: "refused",
    detail: "The store does not accept the app's credentials.",
  };
  world.storeConnection.token = { ...world.storeConnection.token, state: "revoked" };
  open("/connections", world);
  expect(await screen.findByText(/did not accept what was entered/)).toHaveTextContent(
    "The store does not accept the app's credentials.",
  );
  expect(screen.getByText(/agents of this store are paused/)).toBeInTheDocument();
});

it("disconnects only after the store's address was typed", async () => {
  const world = new World();
  world.storeConnection.set_by = "page";
  world.storeConnection.domain = "saddlery.myshopify.com";
  const { user } = open("/connections", world);
  await user.click(await screen.findByRole("button", { name: "Disconnect" }));
  const dialog = await screen.findByRole("dialog");
  const end = within(dialog).getByRole("button", { name: "Disconnect" });
  expect(end).toBeDisabled();
  await user.type(within(dialog).getByRole("textbox"), "saddlery.myshopify.com");
  await user.click(end);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(await screen.findByRole("button", { name: "Connect your store" })).toBeInTheDocument();
});

it("lists webhooks with what went wrong, and replays one", async () => {
  const world = new World();
  const { user } = open("/connections", world);
  expect(await screen.findByText("KeyError: 'id'")).toBeInTheDocument();
  expect(
    screen.getByText("Mend the cause, then replay it. Nothing else waits for it."),
  ).toBeInTheDocument();
  expect(screen.getByText(/2 attempts · took 0 s/)).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Replay: products/delete" }));
  await waitFor(() => expect(screen.queryByText("KeyError: 'id'")).toBeNull());
  expect(world.requests.some((each) => each.path === "/v1/webhooks/w-2/replay")).toBe(true);
});

it("says how many topics are told, and with which words the store refuses the others", async () => {
  const world = new World();
  const reason = "This app is not approved to subscribe to webhook topics with customer data.";
  world.storeConnection.topics = {
    asked: 45,
    refused: [
      { topic: "ORDERS_CREATE", reason },
      { topic: "CUSTOMERS_UPDATE", reason },
    ],
  };
  const { unmount } = open("/connections", world);
  const words = await screen.findByText(reason);
  const note = words.closest('[role="status"]');
  expect(note).toHaveTextContent(/43 of 45 topics; refused: ?ORDERS_CREATE, CUSTOMERS_UPDATE/);
  unmount();
  open("/connections", new World());
  expect(await screen.findByText("45 of 45 topics")).toBeInTheDocument();
});

it("offers no change to somebody who may not make it, nor where the environment decides", async () => {
  const world = new World();
  world.session.permissions = world.session.permissions.filter((each) => !each.endsWith(":write"));
  open("/connections", world);
  expect(await screen.findByText("missing: write_products")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Connect your store" })).toBeNull();
});

it("says what each request about personal data reached, and that none has come in", async () => {
  const world = new World();
  const { queries } = open("/connections", world);
  expect(await screen.findByText("No request about personal data has come in")).toBeInTheDocument();
  world.privacyRequests = [
    {
      id: "w-1",
      topic: "customers/redact",
      subject: "1",
      state: "done",
      received_at: "2026-01-10T09:00:00Z",
      done_at: "2026-01-10T09:00:02Z",
      receipt: { customers: 1, order_lines: 3, threads: 0 },
      has_export: false,
    },
  ];
  world.failing.set("/v1/privacy-requests", 503);
  await queries.invalidateQueries({ queryKey: ["connections"] });
  expect((await screen.findAllByText(/Could not refresh/)).length).toBeGreaterThan(0);
  world.failing.clear();
  await queries.invalidateQueries({ queryKey: ["connections"] });
  expect(await screen.findByText(/customers 1, order lines 3/)).toBeInTheDocument();
});

it("does not take a list that could not be read for an empty one", async () => {
  const world = new World();
  world.failing.set("/v1/privacy-requests", 503);
  world.failing.set("/v1/webhooks", 503);
  open("/connections", world);
  await waitFor(() => expect(screen.getAllByText("Start the sandbox.")).toHaveLength(2));
  expect(screen.queryByText("No request about personal data has come in")).toBeNull();
});

it("keeps the filter of webhooks in the address, and offers to clear it", async () => {
  const world = new World();
  const { user, history } = open("/connections?webhooks=waiting", world);
  await user.click(await screen.findByRole("button", { name: "Clear filters" }));
  expect(await screen.findByText("KeyError: 'id'")).toBeInTheDocument();
  await user.selectOptions(screen.getByRole("combobox", { name: "Webhooks" }), "failed");
  expect(history.location.search).toBe("?webhooks=failed");
});

it("goes through webhooks and replays one by keyboard alone", async () => {
  const world = new World();
  const { user } = open("/connections?webhooks=failed", world);
  await screen.findByText("KeyError: 'id'");
  await user.keyboard("j");
  expect(screen.getByText("KeyError: 'id'").closest("li")).toHaveFocus();
  await user.tab();
  await user.keyboard("{Enter}");
  await waitFor(() =>
    expect(world.requests.some((each) => each.path === "/v1/webhooks/w-2/replay")).toBe(true),
  );
});
