import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { changeLanguage } from "@/i18n";
import { open } from "./support/app";
import { phrase } from "./support/security";
import { World } from "./support/world";

it("shows a finding's evidence and remedy, what was not checked, and access nobody needs", async () => {
  open("/security", new World());
  expect(await screen.findByText(/was let in from/)).toBeInTheDocument();
  expect(screen.getByText("Ask its holder.")).toBeInTheDocument();
  expect(screen.getByText("300")).toBeInTheDocument();
  const told = screen.getByText(/People were told; it was critical then/);
  expect(within(told).getByRole("link")).toHaveAttribute("href", "/approvals/dec_1");
  expect(screen.getByText("1 check could not look.")).toBeInTheDocument();
  expect(screen.getByText(/Not checked/)).toBeInTheDocument();
  expect(screen.getByText("write_themes")).toBeInTheDocument();
  expect(screen.getByText(/Ada: our own test/)).toBeInTheDocument();
});

it("says a finding in Dutch, and in English what has no Dutch words", async () => {
  const world = new World();
  open("/security", world);
  await screen.findByText(/was let in from/);
  await changeLanguage("nl");
  try {
    expect(
      await screen.findByText(
        "'till' werd binnengelaten vanaf 203.0.113.0/24, waar anderen eerder werden geweigerd",
      ),
    ).toBeInTheDocument();
    expect(screen.getByText("eerder geweigerd")).toBeInTheDocument();
    expect(screen.getByText("toegangslogboek")).toBeInTheDocument();
    expect(screen.getByText("Ask its holder.")).toBeInTheDocument();
  } finally {
    await changeLanguage("en");
  }
});

it("says an alert about a finding on Today in Dutch, in what waits and in what happened", async () => {
  const world = new World();
  const [first] = [...world.decisions.values()];
  if (!first) throw new Error("the world has no decision");
  const told = "A Shopify access token stands in the runs";
  const title = phrase(
    "leak.title",
    { what: "A Shopify access token", place: "the runs" },
    { what: "shape.shopify", place: "place.runs" },
  );
  world.decisions.set(first.id, {
    ...first,
    kind: "alert.raise",
    subject: { type: "finding", id: "fnd_3", title: told },
    said: { title },
  });
  world.event("alert.raised", { decision_id: first.id, subject_title: told, said: title });
  open("/", world);
  await waitFor(() => expect(screen.getAllByText(new RegExp(told))).toHaveLength(2));
  await changeLanguage("nl");
  try {
    const dutch = /Een toegangstoken van Shopify staat in de runs/;
    await waitFor(() => expect(screen.getAllByText(dutch)).toHaveLength(2));
  } finally {
    await changeLanguage("en");
  }
});

it("lets a finding wait with a reason and an end, and not without", async () => {
  const world = new World();
  const { user } = open("/security", world);
  await user.click(await screen.findByRole("button", { name: "Let it wait" }));
  const dialog = within(await screen.findByRole("dialog"));
  const send = dialog.getByRole("button", { name: "Let it wait" });
  expect(send).toBeDisabled();
  await user.type(dialog.getByLabelText("Reason"), "known");
  await user.clear(dialog.getByLabelText("For"));
  await user.type(dialog.getByLabelText("For"), "91");
  expect(send).toBeDisabled();
  await user.clear(dialog.getByLabelText("For"));
  await user.type(dialog.getByLabelText("For"), "3");
  await user.click(send);
  const posted = world.requests.filter((each) => each.method === "POST").map((each) => each.path);
  expect(posted).toContain("/v1/security/findings/fnd_1/suppress");
});

it("says the next step before anything was checked", async () => {
  const world = new World();
  world.security = { ...world.security, scans: [] };
  open("/security", world);
  expect(await screen.findByText("Nothing was checked yet")).toBeInTheDocument();
});
