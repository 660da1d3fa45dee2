import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { open } from "./support/app";
import { mailedOrder } from "./support/suppliers";
import { World } from "./support/world";

it("shows promise against fact, and says what is not yet known", async () => {
  open("/suppliers", new World());
  expect(
    await screen.findByText(/75 % of 12 orders, 80 % interval 56 % to 87 %/),
  ).toBeInTheDocument();
  expect(screen.getByText(/Not yet known/)).toBeInTheDocument();
  expect(screen.getByText("Sandbox: invented")).toBeInTheDocument();
  expect(screen.getByText(/Partner access required/)).toBeInTheDocument();
  expect(await screen.findByText("1.5 days late")).toBeInTheDocument();
});

it("says of an article that could not be read why it stands as last known", async () => {
  const world = new World();
  open("/suppliers", world);
  const row = await screen.findByRole("row", { name: /Hoof pick/ });
  expect(within(row).getByText("as last known")).toBeInTheDocument();
  expect(within(row).getByText(/'on request' is not an amount/)).toBeInTheDocument();
  expect(within(screen.getByRole("row", { name: /Saddle pad/ })).queryByText("as last known")).toBe(
    null,
  );
});

it("names the article of a row that was left out", async () => {
  open("/suppliers/sup_1", new World());
  expect(await screen.findByText("Row 8, N-1: its cost is not an amount")).toBeInTheDocument();
  expect(screen.getByText("Row 7: it has no SKU")).toBeInTheDocument();
});

it("names the next step while there is no supplier", async () => {
  const world = new World();
  world.suppliers = [];
  world.offers = [];
  world.supplierOrders = [];
  open("/suppliers", world);
  expect(await screen.findByText("No supplier yet")).toBeInTheDocument();
  expect(await screen.findByText("No offer yet")).toBeInTheDocument();
  expect(await screen.findByText("Nothing was ordered from a supplier yet.")).toBeInTheDocument();
});

it("saves a supplier's own cut-off and working days, and none where nothing is typed", async () => {
  const world = new World();
  const { user } = open("/suppliers/sup_1", world);
  const cutoff = await screen.findByRole("textbox", { name: /before this hour/ });
  await user.type(cutoff, "17h");
  await user.click(screen.getByRole("button", { name: "Save" }));
  const put = world.requests.find((each) => each.method === "PUT");
  expect(put?.body).toMatchObject({ settings: { cutoff_hour: 17, working_days: null } });
});

it("previews an edited column map before it is saved, then saves it", async () => {
  const world = new World();
  const { user } = open("/suppliers/sup_1", world);
  const cost = await screen.findByRole("combobox", { name: "Cost" });
  await user.selectOptions(cost, "netto");
  const previews = world.requests.filter((each) => each.path.endsWith("/preview"));
  expect(previews.at(-1)?.body).toMatchObject({ feed: { columns: { cost: "netto" } } });
  expect(world.requests.some((each) => each.method === "PUT")).toBe(false);
  await user.click(screen.getByRole("button", { name: "Save" }));
  const put = world.requests.find((each) => each.method === "PUT");
  expect(put?.body).toMatchObject({
    version: 1,
    active: true,
    settings: { feed: { columns: { cost: "netto" } } },
  });
});

it("says what a partner's interface needs before anything is entered", async () => {
  const world = new World();
  const { user } = open("/suppliers", world);
  await user.click(await screen.findByRole("button", { name: "Add a supplier" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("radio", { name: "AutoDS" }));
  expect(dialog.getByText(/AUTO_DS_API_KEY/)).toBeInTheDocument();
  await user.type(dialog.getByLabelText("Name"), "My AutoDS");
  await user.click(dialog.getByRole("button", { name: "Add a supplier" }));
  const posted = world.requests.find((each) => each.method === "POST");
  expect(posted?.body).toMatchObject({ name: "My AutoDS", kind: "autods" });
});

it("enters a store at Printful without an address, and keeps where shipping is asked for", async () => {
  const world = new World();
  const { user } = open("/suppliers", world);
  await user.click(await screen.findByRole("button", { name: "Add a supplier" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("radio", { name: "Printful" }));
  expect(dialog.getByText(/PRINTFUL_API_KEY/)).toBeInTheDocument();
  expect(dialog.queryByLabelText("Address")).toBeNull();
  await user.type(dialog.getByLabelText("Name"), "Prints");
  await user.click(dialog.getByRole("button", { name: "Add a supplier" }));
  const posted = world.requests.find((each) => each.method === "POST");
  expect(posted?.body).toEqual({ name: "Prints", kind: "printful", settings: { printful: {} } });
});

it("keeps where Printful's shipping is asked for, and shows no column map", async () => {
  const world = new World();
  const [first] = world.suppliers;
  if (first) first.kind = "printful";
  const { user } = open("/suppliers/sup_1", world);
  await user.type(await screen.findByLabelText("Shipping is asked for: country"), "nl");
  expect(screen.queryByText("Column map")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Save" }));
  const put = world.requests.find((each) => each.method === "PUT");
  expect(put?.body).toMatchObject({ settings: { printful: { ship_to: { country: "NL" } } } });
});

it("asks for the user and the host key of a feed by SFTP only", async () => {
  const world = new World();
  const { user } = open("/suppliers/sup_1", world);
  const address = await screen.findByLabelText("Address");
  expect(screen.queryByLabelText("Fingerprint of the host key")).toBeNull();
  await user.clear(address);
  await user.type(address, "sftp://files.example/out.csv");
  await user.type(screen.getByLabelText("User"), "shop");
  await user.click(screen.getByRole("button", { name: "Save" }));
  const put = world.requests.find((each) => each.method === "PUT");
  expect(put?.body).toMatchObject({
    settings: { feed: { url: "sftp://files.example/out.csv", user: "shop" } },
  });
});

it("shows what a supplier answered by mail, and that nobody checked the parcel it names", async () => {
  open("/suppliers", new World());
  const replies = within(await screen.findByRole("list", { name: "What the supplier answered" }));
  expect(replies.getByText(/Bridles & Co/)).toBeInTheDocument();
  expect(replies.getByText(/3SABCD1234567 \(carrier PostNL\).*nobody checked/)).toBeInTheDocument();
  expect(replies.getByRole("link", { name: "Read the mail" })).toHaveAttribute(
    "href",
    "/support?thread=thr_supplier",
  );
  expect(screen.getByRole("link", { name: "Write the mail" })).toHaveAttribute(
    "href",
    "mailto:?subject=Purchase%20order%20po_1",
  );
});

it("enters a partner's order desk with its own paths, words and header", async () => {
  const world = new World();
  const [first] = world.suppliers;
  if (first) first.kind = "autods";
  const { user } = open("/suppliers/sup_1", world);
  await user.type(await screen.findByLabelText("Secret for its header"), "auto_ds_api_key");
  const header = screen.getByLabelText("Header that carries it");
  await user.clear(header);
  await user.type(header, "X-Api-Key");
  await user.clear(screen.getByLabelText("Before its value"));
  expect(screen.queryByLabelText("In its answer")).toBeNull();
  await user.type(screen.getByLabelText("Address of the desk"), "https://partner.example");
  const place = screen.getByLabelText("Path to place an order");
  await user.clear(place);
  await user.type(place, "/v3/jobs");
  await user.type(screen.getByLabelText("In its answer"), "id = no\nstatus");
  expect(screen.getByText(/“status” is no line/)).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
  await user.type(screen.getByLabelText("In its answer"), " = phase");
  await user.type(screen.getByLabelText(/Its words for/), "PART OUT = partial");
  await user.click(screen.getByRole("button", { name: "Save" }));
  const put = world.requests.find((each) => each.method === "PUT");
  expect(put?.body).toMatchObject({
    settings: {
      auth: { secret: "AUTO_DS_API_KEY", header: "X-Api-Key", prefix: "" },
      desk: {
        url: "https://partner.example",
        place: "/v3/jobs",
        track: "/orders?reference={reference}",
        response: { id: "no", status: "phase" },
        statuses: { "PART OUT": "partial" },
        request: {},
      },
    },
  });
});

it("lets nobody without the permission change how a supplier is reached", async () => {
  const world = new World();
  world.session.permissions = world.session.permissions.filter((p) => p !== "connections:write");
  open("/suppliers/sup_1", world);
  expect(await screen.findByRole("button", { name: "Save" })).toBeDisabled();
  expect(screen.getAllByText(/does not allow this/)).not.toHaveLength(0);
});

it("sends a purchase order by mail, and shows where it went", async () => {
  const world = new World();
  const { user } = open("/suppliers", world);
  expect(await screen.findByText("Sent to orders@bridles.example")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Send by mail" }));
  const dialog = within(await screen.findByRole("dialog"));
  const send = dialog.getByRole("button", { name: "Send by mail" });
  await user.type(dialog.getByLabelText("The supplier's mail address"), "orders");
  expect(send).toBeDisabled();
  await user.type(dialog.getByLabelText("The supplier's mail address"), "@tack.example");
  await user.click(send);
  const posted = world.requests.find((each) => each.path.endsWith("/mail"));
  expect(posted?.body).toMatchObject({ to: "orders@tack.example" });
});

it("proposes the address of the supplier that an order goes to", async () => {
  const world = new World();
  const [first] = world.suppliers;
  if (first) first.address = "orders@northern.example";
  const { user } = open("/suppliers", world);
  const opener = await screen.findByRole("button", { name: "Send by mail" });
  opener.focus();
  await user.keyboard("{Enter}");
  await screen.findByRole("dialog");
  await user.keyboard("{Escape}");
  await waitFor(() => expect(opener).toHaveFocus());
  await user.keyboard("{Enter}");
  const dialog = within(await screen.findByRole("dialog"));
  const address = dialog.getByLabelText("The supplier's mail address");
  expect(address).toHaveFocus();
  expect(address).toHaveValue("orders@northern.example");
  await user.click(dialog.getByRole("button", { name: "Send by mail" }));
  const posted = world.requests.find((each) => each.path.endsWith("/mail"));
  expect(posted?.body).toMatchObject({ to: "orders@northern.example" });
});

it("enters a supplier that is written to, without a catalogue", async () => {
  const world = new World();
  const { user } = open("/suppliers", world);
  await user.click(await screen.findByRole("button", { name: "Add a supplier" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("radio", { name: "By mail" }));
  expect(dialog.queryByLabelText("Address")).toBeNull();
  await user.type(dialog.getByLabelText("Name"), "Tack");
  await user.type(dialog.getByLabelText("The supplier's mail address"), "orders@tack.example");
  await user.click(dialog.getByRole("button", { name: "Add a supplier" }));
  const posted = world.requests.find((each) => each.method === "POST");
  expect(posted?.body).toEqual({
    name: "Tack",
    kind: "manual",
    settings: { mail: { address: "orders@tack.example" } },
  });
});

it("lets orders go by mail by themselves only once an address is there", async () => {
  const world = new World();
  const [first] = world.suppliers;
  if (first) first.kind = "manual";
  const { user } = open("/suppliers/sup_1", world);
  const send = await screen.findByRole("checkbox", { name: /as soon as it is approved/ });
  expect(send).toBeDisabled();
  expect(screen.queryByText("Column map")).toBeNull();
  expect(screen.queryByText("Preview")).toBeNull();
  await user.type(screen.getByLabelText("The supplier's mail address"), "orders@tack.example");
  await user.click(send);
  await user.click(screen.getByRole("button", { name: "Save" }));
  const put = world.requests.find((each) => each.method === "PUT");
  expect(put?.body).toMatchObject({
    settings: { mail: { address: "orders@tack.example", send_orders: true } },
  });
});

it("says of an order that should have gone by mail and did not", async () => {
  const world = new World();
  const [first] = world.suppliers;
  if (first) Object.assign(first, { address: "orders@northern.example", mails_orders: true });
  const [order] = world.stock.orders;
  if (order) order.mails = [];
  open("/suppliers", world);
  expect(await screen.findByText(/Not sent: see under Activity why/)).toBeInTheDocument();
});

it("lets customers' orders go by mail only where no desk takes them, and says what leaves", async () => {
  const world = new World();
  const [first] = world.suppliers;
  if (first) Object.assign(first, { address: "orders@northern.example", takes_orders: false });
  if (first) first.settings.mail = { address: "orders@northern.example" } as never;
  const { user } = open("/suppliers/sup_1", world);
  await user.click(await screen.findByRole("checkbox", { name: /name and delivery address/ }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  const put = world.requests.find((each) => each.method === "PUT");
  expect(put?.body).toMatchObject({ settings: { mail: { send_customers_orders: true } } });
});

it("asks no desk's supplier whether orders go to it by mail", async () => {
  open("/suppliers/sup_1", new World());
  expect(await screen.findByRole("checkbox", { name: /as soon as it is approved/ })).toBeVisible();
  expect(screen.queryByRole("checkbox", { name: /name and delivery address/ })).toBeNull();
});

it("enters what a supplier answered to an order by mail, with the mail it stands in", async () => {
  const world = new World();
  world.supplierOrders = [mailedOrder("2026-11-20T10:00:00Z")];
  const { user } = open("/suppliers", world);
  expect(await screen.findByText("mailed, not answered")).toBeInTheDocument();
  expect(screen.getByText("Sent to orders@northern.example")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Enter the answer" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("radio", { name: "shipped" }));
  expect(dialog.getByLabelText("Number of the parcel")).toHaveValue("3SABCD1234567");
  await user.click(dialog.getByRole("button", { name: "Enter" }));
  const posted = world.requests.find((each) => each.path.endsWith("/answer"));
  expect(posted?.body).toEqual({
    seen: "unconfirmed",
    said: "shipped",
    supplier_reference: null,
    promised_at: null,
    tracking_number: "3SABCD1234567",
    carrier: "PostNL",
    message_id: "tms_1",
  });
});

it("lets nobody enter an answer who may not decide", async () => {
  const world = new World();
  world.supplierOrders = [mailedOrder("2026-11-20T10:00:00Z")];
  world.session.permissions = world.session.permissions.filter((p) => p !== "decisions:decide");
  open("/suppliers", world);
  expect(await screen.findByRole("button", { name: "Enter the answer" })).toBeDisabled();
});

it("suggests what the newest mail says in labelled lines, and leaves it to the person", async () => {
  const world = new World();
  const order = mailedOrder("2026-11-20T10:00:00Z");
  const [reply] = order.replies;
  const says = { tracking_number: "TT-42-42", carrier: "DPD", supplier_reference: null };
  if (reply) reply.says = { said: "shipped", ...says };
  world.supplierOrders = [order];
  const { user } = open("/suppliers", world);
  await user.click(await screen.findByRole("button", { name: "Enter the answer" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByRole("radio", { name: "shipped" })).toBeChecked();
  expect(dialog.getByText(/Its newest mail says: shipped/)).toBeInTheDocument();
  expect(dialog.getByLabelText("Number of the parcel")).toHaveValue("TT-42-42");
  await user.click(dialog.getByRole("radio", { name: "refused" }));
  await user.click(dialog.getByRole("button", { name: "Enter" }));
  const posted = world.requests.find((each) => each.path.endsWith("/answer"));
  expect(posted?.body).toMatchObject({ said: "refused", tracking_number: null });
});
