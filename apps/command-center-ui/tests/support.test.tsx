import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { open } from "./support/app";
import { World } from "./support/world";

it("shows mood, haste and the promise as words, and markup of a customer as text", async () => {
  open("/support?thread=thr_1", new World());
  const list = await screen.findByRole("list", { name: "Threads" }, { timeout: 15_000 });
  expect(within(list).getByText("Unhappy")).toBeInTheDocument();
  expect(within(list).getByText("Urgent")).toBeInTheDocument();
  expect(within(list).getByText(/late/)).toBeInTheDocument();
  expect(await screen.findByText("Where is #1800? <b>Hurry</b>")).toBeInTheDocument();
  expect(screen.getByText(/not kept: its type is not allowed/)).toBeInTheDocument();
});

it("shows what a draft rests on and what was not found", async () => {
  open("/support?thread=thr_1", new World());
  const sources = await screen.findByRole("list", { name: "Sources" });
  expect(within(sources).getByText(/\[1\] Order · #1800/)).toBeInTheDocument();
  expect(screen.getByText("Not found: when it arrives.")).toBeInTheDocument();
});

it("proposes the reply as it was edited, without the numbers of its sources", async () => {
  const world = new World();
  const { user } = open("/support?thread=thr_1", world);
  const text = await screen.findByRole("textbox", { name: "Text of the reply" });
  expect((text as HTMLTextAreaElement).value).not.toContain("[1]");
  await user.clear(text);
  await user.type(text, "It comes on Friday.");
  await user.click(screen.getByRole("button", { name: "Propose reply" }));
  const posted = world.requests.find((each) => each.path === "/v1/threads/thr_1/reply");
  expect(posted?.body).toMatchObject({ text: "It comes on Friday.", language: "en" });
});

it("takes a person's word for a sender with how it was made sure, bound to what was read", async () => {
  const world = new World();
  const { user } = open("/support?thread=thr_2", world);
  const form = await screen.findByRole("form", { name: "Vouch for the sender" });
  const button = within(form).getByRole("button", { name: "Vouch for the sender" });
  expect(button).toBeDisabled();
  await user.click(within(form).getByRole("textbox"));
  await user.paste("called back on the order's number");
  await user.click(button);
  const asked = world.requests.find((each) => each.path === "/v1/threads/thr_2/vouch");
  expect(asked?.body).toEqual({ message_id: "sup_1", note: "called back on the order's number" });
});

it("says who vouched for a sender, and asks no word for one that is proven", async () => {
  const world = new World();
  const vouching = { by: "ada", note: "called back", at: "2026-11-22T09:00:00Z" };
  world.threads = world.threads.map((thread) => ({ ...thread, proof: "vouched", vouching }));
  open("/support?thread=thr_2", world);
  expect(await screen.findByText(/ada vouched for the sender/)).toBeInTheDocument();
  expect(screen.queryByRole("form", { name: "Vouch for the sender" })).not.toBeInTheDocument();
});

it("proposes another address only once it is one", async () => {
  const world = new World();
  const { user } = open("/support?thread=thr_1", world);
  await user.click(await screen.findByRole("button", { name: "Change address" }));
  const propose = screen.getByRole("button", { name: "Propose address" });
  const type = async (name: string, text: string) => {
    await user.click(screen.getByRole("textbox", { name }));
    await user.paste(text);
  };
  await type("Last name", "Rider");
  await type("Street and number", "Merelhof 7");
  await type("City", "Utrecht");
  await type("How it was made sure that the customer asks", "called back");
  expect(propose).toBeDisabled();
  await type("Country (two letters)", "nl");
  await user.click(propose);
  const asked = world.requests.find((each) => each.path === "/v1/threads/thr_1/address");
  expect(asked?.body).toEqual({
    address: { last_name: "Rider", address1: "Merelhof 7", city: "Utrecht", country: "NL" },
    note: "called back",
  });
});

it("proposes that goods come back for a reason, and a code no deeper than half", async () => {
  const world = new World();
  const { user } = open("/support?thread=thr_1", world);
  const help = await screen.findByRole("region", { name: "The order" }, { timeout: 15_000 });
  const note = async (text: string) => {
    await user.click(within(help).getByRole("textbox", { name: "Reason" }));
    await user.paste(text);
  };
  await user.click(within(help).getByRole("button", { name: "Take goods back" }));
  await user.selectOptions(screen.getByRole("combobox", { name: "Why they come back" }), "Broken");
  expect(screen.getByRole("button", { name: "Propose return" })).toBeDisabled();
  await note("a seam");
  await user.click(screen.getByRole("button", { name: "Propose return" }));
  await user.click(screen.getByRole("button", { name: "Discount code" }));
  const percent = screen.getByRole("textbox", { name: "Percent off, at most 50" });
  await user.clear(percent);
  await user.type(percent, "60");
  await note("for the wait");
  expect(screen.getByRole("button", { name: "Propose code" })).toBeDisabled();
  await user.clear(percent);
  await user.type(percent, "15");
  await user.click(screen.getByRole("button", { name: "Propose code" }));
  const asked = (path: string) => world.requests.find((each) => each.path.endsWith(path))?.body;
  expect(asked("/return")).toEqual({ reason: "DEFECTIVE", note: "a seam", lines: {} });
  expect(asked("/discount")).toEqual({ percent: 15, days: 30, note: "for the wait" });
});

it("proposes an exchange for what is in stock, and says what it costs", async () => {
  const world = new World();
  const { user } = open("/support?thread=thr_1", world);
  const help = await screen.findByRole("region", { name: "The order" }, { timeout: 15_000 });
  await user.click(within(help).getByRole("button", { name: "Exchange" }));
  const out = screen.getByRole("combobox", { name: "What goes out" });
  expect(within(out).getByRole("option", { name: "S, 0 in stock, same price" })).toBeDisabled();
  const propose = screen.getByRole("button", { name: "Propose exchange" });
  await user.click(within(help).getByRole("textbox", { name: "Reason" }));
  await user.paste("one size up");
  expect(propose).toBeDisabled();
  await user.selectOptions(
    out,
    within(out).getByRole("option", { name: /L, 1 in stock, €2.50 less/ }),
  );
  // Two were bought, of the other there is one.
  const units = screen.getByRole("textbox", { name: "Units, at most 2" });
  await user.clear(units);
  await user.type(units, "2");
  expect(propose).toBeDisabled();
  await user.clear(units);
  await user.type(units, "1");
  await user.click(propose);
  const asked = world.requests.find((each) => each.path === "/v1/threads/thr_1/exchange");
  expect(asked?.body).toEqual({
    line_id: "line_1",
    variant_id: "v_l",
    units: 1,
    reason: "UNKNOWN",
    note: "one size up",
  });
});

it("proposes that lost goods are sent again, once a reason is given", async () => {
  const world = new World();
  const { user } = open("/support?thread=thr_1", world);
  const help = await screen.findByRole("region", { name: "The order" }, { timeout: 15_000 });
  await user.click(within(help).getByRole("button", { name: "Send again" }));
  const propose = screen.getByRole("button", { name: "Propose sending again" });
  expect(propose).toBeDisabled();
  await user.click(within(help).getByRole("textbox", { name: "Reason" }));
  await user.paste("the carrier lost it");
  await user.click(propose);
  const asked = world.requests.find((each) => each.path === "/v1/threads/thr_1/reship");
  expect(asked?.body).toEqual({ note: "the carrier lost it", lines: {} });
});

it("has no refund where no order is known, and says why a person has it", async () => {
  open("/support?thread=thr_2", new World());
  expect(await screen.findByText("Nothing known answers it.")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Propose refund" })).toBeNull();
  expect(screen.getByText("No customer of the shop has this address")).toBeInTheDocument();
});

it("says what arrives here before the first thread", async () => {
  const world = new World();
  world.threads = [];
  open("/support", world);
  expect(await screen.findByText("No threads")).toBeInTheDocument();
});
