import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { open } from "./support/app";
import { server } from "./support/server";
import { World } from "./support/world";

const flow = async (name: string) => within(await screen.findByRole("region", { name }));

it("shows each flow's steps with results, its mandate, its holdout and what it changes", async () => {
  open("/marketing", new World());
  const abandoned = await flow("Abandoned checkout");
  expect(abandoned.getByText("After 1 hour")).toBeInTheDocument();
  expect(abandoned.getByText("After 3 days")).toBeInTheDocument();
  expect(abandoned.getByText("31 sent · 2 wait")).toBeInTheDocument();
  expect(abandoned.getByText("8 codes made, 3 used in orders of €142.50")).toBeInTheDocument();
  expect(abandoned.getByText("mandate in force")).toBeInTheDocument();
  expect(abandoned.getByText("43 of 5,000 messages used")).toBeInTheDocument();
  expect(abandoned.getByText("9 without mail (20 %)")).toBeInTheDocument();
  expect(abandoned.getByText("not yet known")).toBeInTheDocument();
  const welcome = await flow("Welcome");
  expect(welcome.getByText("waits for your yes")).toBeInTheDocument();
  expect(welcome.getByRole("link", { name: "Decide" })).toHaveAttribute(
    "href",
    "/approvals/dec_half",
  );
  expect(welcome.getByText("€4.20 (95 %: €1.10 to €7.30)")).toBeInTheDocument();
});

it("names what is wrong with a flow's text and saves it as a new version when nothing is", async () => {
  const world = new World();
  const { user } = open("/marketing", world);
  const card = await flow("Abandoned checkout");
  await user.click(card.getByRole("button", { name: "Text" }));
  const text = card.getByRole("textbox", { name: "The flow as YAML" });
  await user.type(text, "broken");
  await user.click(card.getByRole("button", { name: "Save as a new version" }));
  expect(await card.findByText("Nothing is known of broken.")).toBeInTheDocument();
  expect(world.requests.some((each) => each.method === "PUT")).toBe(false);
  await user.clear(text);
  await user.type(text, "flow: abandoned_checkout");
  await user.click(card.getByRole("button", { name: "Save as a new version" }));
  expect(await card.findByText("version 2")).toBeInTheDocument();
  const put = world.requests.find((each) => each.method === "PUT");
  expect(put?.body).toEqual({ version: 1, text: "flow: abandoned_checkout" });
});

it("lets only who may configure agents change a flow", async () => {
  const world = new World();
  world.session.permissions = world.session.permissions.filter((one) => one !== "agents:configure");
  const { user } = open("/marketing", world);
  const card = await flow("Welcome");
  await user.click(card.getByRole("button", { name: "Text" }));
  expect(card.getByRole("textbox")).toHaveAttribute("readonly");
  expect(card.getByRole("button", { name: "Save as a new version" })).toBeDisabled();
});

it("shows the outbox, a message without scripts, one in doubt and one erased", async () => {
  const { user } = open("/marketing?view=outbox", new World());
  expect(await screen.findByText(/nothing leaves the machine/)).toBeInTheDocument();
  await user.click(await screen.findByRole("button", { name: /Still in your basket/ }));
  expect(await screen.findByTitle("Still in your basket")).toHaveAttribute("sandbox", "");
  await user.click(screen.getByRole("radio", { name: "As text" }));
  expect(screen.getByText("Hello Ann")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: /A question/ }));
  expect(await screen.findByText(/not known whether it arrived/)).toBeInTheDocument();
  expect(screen.getByText("erased at the person's wish")).toBeInTheDocument();
});

it("says that nothing was sent yet", async () => {
  const world = new World();
  world.messages = [];
  open("/marketing?view=outbox", world);
  expect(await screen.findByText("No message yet.")).toBeInTheDocument();
});

it("says that no flow is here yet", async () => {
  const world = new World();
  world.flows.data = [];
  open("/marketing", world);
  expect(await screen.findByText("No flow is here yet.")).toBeInTheDocument();
});

it("previews a template with a real customer and shows why one cannot be composed", async () => {
  const world = new World();
  const { user } = open("/marketing?view=templates", world);
  expect(await screen.findByText("with Ann Läufer, order #1001")).toBeInTheDocument();
  world.failing.set("/v1/message-preview", 422);
  await user.selectOptions(screen.getByRole("combobox", { name: "Template" }), "welcome");
  expect(await screen.findByText("The store is not reachable.")).toBeInTheDocument();
});

it("previews a template with a customer that was looked for", async () => {
  const { user } = open("/marketing?view=templates", new World());
  await screen.findByText("with Ann Läufer, order #1001");
  await user.type(screen.getByRole("searchbox", { name: "Find a customer" }), "Rosa");
  await user.click(await screen.findByRole("button", { name: "Rosa Reiter" }));
  expect(await screen.findByText("with Rosa Reiter, order #1001")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "With who ordered last" }));
  expect(await screen.findByText("with Ann Läufer, order #1001")).toBeInTheDocument();
});

it("suggests words for a flow, says why not, and leaves it to a person to put them in and save", async () => {
  const world = new World();
  const { user } = open("/marketing", world);
  const asked: unknown[] = [];
  server.use(
    http.post("*/v1/drafts/flow", async ({ request }) => {
      asked.push(await request.json());
      if (asked.length === 1) {
        return HttpResponse.json(
          {
            title: "The model's answer is unusable",
            status: 502,
            detail: "The model's answer says what its sources do not.",
            remedy: "Ask again.",
            errors: [{ message: "The number '9.95' does not stand in what it cites." }],
          },
          { status: 502, headers: { "Content-Type": "application/problem+json" } },
        );
      }
      return HttpResponse.json({
        title: "Een plank: $5 eraf",
        body: "De plank kost 60.00 EUR.\n\nVerzending is gratis.",
        rests_on: [{ text: "Plank costs 60.00 EUR.", source: "sandbox", link: null }],
        policies_read: false,
      });
    }),
  );
  await user.click(await screen.findByRole("button", { name: "New campaign" }));
  const card = await flow("A campaign, sent once");
  await user.selectOptions(card.getByRole("combobox", { name: "Language of the text" }), "nl");
  await user.click(card.getByRole("button", { name: "Suggest text" }));
  expect(await card.findByText(/'9.95' does not stand/)).toBeInTheDocument();
  await user.click(card.getByRole("button", { name: "Try again" }));
  expect(await card.findByText("Plank costs 60.00 EUR.")).toBeInTheDocument();
  expect(card.getByText(/did not tell its policies/)).toBeInTheDocument();
  expect(asked[1]).toMatchObject({ language: "nl" });
  const text = card.getByRole("textbox", { name: "The flow as YAML" });
  await user.click(card.getByRole("button", { name: "Put it in the flow" }));
  await waitFor(() => expect(text).toHaveDisplayValue(/title: "Een plank: \$5 eraf"/));
  expect(text).toHaveDisplayValue(
    /body: \|-\n {4}De plank kost 60.00 EUR.\n\n {4}Verzending is gratis.\nsteps:/,
  );
  expect(text).not.toHaveDisplayValue(/What you want to say/);
  expect(world.requests.some((each) => each.method === "PUT")).toBe(false);
});
