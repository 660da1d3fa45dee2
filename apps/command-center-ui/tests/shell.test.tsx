import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { open, until } from "./support/app";
import { World } from "./support/world";

describe("stopping everything", () => {
  it("needs the key held, not pressed", async () => {
    const { user, world } = open("/");
    await user.click(await screen.findByRole("button", { name: "Stop all" }));
    const hold = await screen.findByRole("button", { name: "Hold to stop everything" });
    hold.focus();
    fireEvent.keyDown(hold, { key: "Enter" });
    fireEvent.keyUp(hold, { key: "Enter" });
    expect(world.requests.some((request) => request.path === "/v1/stop")).toBe(false);

    fireEvent.keyDown(hold, { key: " " });
    await until(() => world.requests.some((request) => request.path === "/v1/stop"));
    expect(await screen.findByText("No write was in flight.")).toBeInTheDocument();
    expect(await screen.findByText(/All agents stopped: no writes start/)).toBeInTheDocument();
  });

  it("works with a pointer and stops counting when it leaves", async () => {
    const { user, world } = open("/");
    await user.click(await screen.findByRole("button", { name: "Stop all" }));
    const hold = await screen.findByRole("button", { name: "Hold to stop everything" });
    fireEvent.pointerDown(hold, { button: 0 });
    expect(screen.getByText("Keep holding …")).toBeInTheDocument();
    fireEvent.pointerLeave(hold);
    expect(screen.getByText("Hold to stop everything")).toBeInTheDocument();
    fireEvent.pointerDown(hold, { button: 0 });
    await until(() => world.requests.some((request) => request.path === "/v1/stop"));
  });

  it("is lifted after a second press", async () => {
    const { user, world } = open("/");
    world.session = { ...world.session, stopped: ["store"] };
    await user.click(await screen.findByRole("button", { name: "Resume" }));
    await user.click(screen.getByRole("button", { name: "Resume now" }));
    await waitFor(() => expect(screen.queryByText(/no writes start/)).toBeNull());
  });
});

it("says on every page that the store's access is lost, and where to mend it", async () => {
  const world = new World();
  world.storeConnection.token = { ...world.storeConnection.token, state: "revoked" };
  world.everyAgent = { status: "paused", health: "paused" };
  const { user, history } = open("/", world);
  expect(await screen.findByText(/no longer accepts this store's access/)).toBeInTheDocument();
  expect(await screen.findByText(/0 of \d agents can run/)).toBeInTheDocument();
  await user.click(screen.getByRole("link", { name: "Connect it again" }));
  await waitFor(() => expect(history.location.pathname).toBe("/connections"));
});

describe("the keyboard", () => {
  it("goes to a page with g and a letter", async () => {
    const { user, history } = open("/");
    await screen.findByText("The court");
    await user.keyboard("gp");
    await waitFor(() => expect(history.location.pathname).toBe("/products"));
    await user.keyboard("ga");
    await waitFor(() => expect(history.location.pathname).toBe("/approvals"));
  });

  it("opens the palette with Ctrl-K, finds a product and opens it", async () => {
    const { user, history } = open("/");
    await screen.findByText("The court");
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "sheepskin");
    await user.click(await screen.findByText("Sheepskin half pad B"));
    await waitFor(() => expect(history.location.pathname).toBe("/products/prod_1"));
  });

  it("runs an agent from the palette", async () => {
    const { user, world, history } = open("/");
    await screen.findByText("The court");
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "run inventory");
    await user.keyboard("{Enter}");
    await until(() => world.requests.some((r) => r.path === "/v1/agents/inventory_pricing/run"));
    await waitFor(() => expect(history.location.pathname).toBe("/runs/run_1843"));
  });

  it("lists every key on the ? sheet", async () => {
    const { user } = open("/approvals");
    await screen.findByRole("article", { name: "Decision" });
    await screen.findByRole("button", { name: /^Approve ?A$/ });
    await user.keyboard("?");
    const sheet = within(await screen.findByRole("dialog", { name: "Keyboard shortcuts" }));
    expect(sheet.getByText("Approve low-risk or selected")).toBeInTheDocument();
    expect(sheet.getByText("g p")).toBeInTheDocument();
  });
});

describe("words", () => {
  type Texts = Record<string, { default: object }>;
  const english: Texts = import.meta.glob(
    "../src/{i18n/en,work/texts.en,modules/*/texts.en}.json",
    {
      eager: true,
    },
  );
  const dutch: Texts = import.meta.glob("../src/{i18n/nl,work/texts.nl,modules/*/texts.nl}.json", {
    eager: true,
  });
  const leaves = (value: object, path = ""): [string, string][] =>
    Object.entries(value).flatMap(([key, child]) =>
      typeof child === "string"
        ? [[path + key, child] as [string, string]]
        : leaves(child, `${path}${key}.`),
    );

  const all = (files: Texts) => Object.values(files).flatMap((file) => leaves(file.default));

  it("exist in Dutch exactly where they exist in English, with the same blanks", () => {
    const translated = new Map(all(dutch));
    expect([...translated.keys()].sort()).toEqual(
      all(english)
        .map(([key]) => key)
        .sort(),
    );
    const blanks = (text: string) =>
      [...text.matchAll(/\{\{\w+\}\}/g)].map(([blank]) => blank).sort();
    for (const [key, text] of all(english))
      expect([key, blanks(translated.get(key) ?? "")]).toEqual([key, blanks(text)]);
  });

  it("belong to one file each, so no page changes another's", () => {
    const keys = all(english).map(([key]) => key);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it("of a page opened before follow the language too", async () => {
    const { user } = open("/policies");
    await screen.findByText(/judged by these limits/);
    await user.click(screen.getByRole("link", { name: "Connections" }));
    await user.click(await screen.findByRole("radio", { name: "Nederlands" }));
    await user.click(await screen.findByRole("link", { name: "Grenzen" }));
    expect(await screen.findByText(/aan deze grenzen getoetst/)).toBeInTheDocument();
  });

  it("switch to Dutch without a reload", async () => {
    const { user } = open("/connections");
    await user.click(await screen.findByRole("radio", { name: "Nederlands" }));
    expect(await screen.findByText("Weergave")).toBeInTheDocument();
    expect(document.documentElement.lang).toBe("nl");
  });
});
