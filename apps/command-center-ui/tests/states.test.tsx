import { act, render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { AfterPatience } from "@/ui/states";
import { open } from "./support/app";
import { World } from "./support/world";

describe("the six states", () => {
  it("shows no skeleton before 150 ms", () => {
    vi.useFakeTimers();
    render(<AfterPatience>bars</AfterPatience>);
    act(() => void vi.advanceTimersByTime(140));
    expect(screen.queryByText("bars")).toBeNull();
    act(() => void vi.advanceTimersByTime(20));
    expect(screen.getByText("bars")).toBeInTheDocument();
    vi.useRealTimers();
  });

  it("names the next step when nothing exists yet", async () => {
    const world = new World();
    world.decisions.clear();
    open("/approvals", world);
    expect(await screen.findByText("Nothing waits for you")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Clear filters" })).toBeNull();
  });

  it("offers to clear the filters when they hide everything", async () => {
    const { user, history } = open("/products?q=submarine");
    await user.click(await screen.findByRole("button", { name: "Clear filters" }));
    expect(await screen.findByText("Leather bridle A")).toBeInTheDocument();
    expect(history.location.search).toBe("");
  });

  it("says what went wrong, what to do, and the request's id", async () => {
    const world = new World();
    world.failing.set("/v1/products", 503);
    const { user } = open("/products", world);
    expect(await screen.findByText("The store is not reachable.")).toBeInTheDocument();
    expect(screen.getByText("Start the sandbox.")).toBeInTheDocument();
    expect(screen.getByText(/req_test/)).toBeInTheDocument();
    world.failing.clear();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Leather bridle A")).toBeInTheDocument();
  });

  it("keeps the last good data when a refresh fails, and says how old it is", async () => {
    const { world, queries } = open("/policies");
    await screen.findByText(/Version 3/);
    world.failing.set("/v1/policies", 503);
    await queries.invalidateQueries({ queryKey: ["policies"] });
    expect(await screen.findByText(/Could not refresh. Showing what was read/)).toBeInTheDocument();
    expect(screen.getByText(/Version 3/)).toBeInTheDocument();
  });

  it("shows how far the first reading is instead of figures of nothing", async () => {
    const world = new World();
    const [store] = world.connections;
    if (store?.sync)
      store.sync = { ...store.sync, phase: "first", orders: 320, last_success_at: null };
    open("/", world);
    expect(await screen.findByText(/320 .*orders and .* so far/)).toBeInTheDocument();
    expect(screen.queryByText("Demand forecast")).toBeNull();
  });

  it("says how to sign in when there is no session", async () => {
    const world = new World();
    world.signedIn = false;
    const { user } = open("/", world);
    expect(await screen.findByText("royal login-link")).toBeInTheDocument();
    world.signedIn = true;
    await user.click(screen.getByRole("button", { name: "I have signed in" }));
    expect(await screen.findByText("The court")).toBeInTheDocument();
  });
});
