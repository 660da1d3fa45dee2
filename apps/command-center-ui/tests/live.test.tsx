import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { familiesOf } from "@/live/invalidation";
import { goLive, open, until } from "./support/app";
import { FakeSocket } from "./support/socket";

describe("the live feed", () => {
  it("refreshes what each event makes out of date", () => {
    expect(familiesOf("run.step")).toEqual(["runs", "events"]);
    expect(familiesOf("decision.proposed")).toContain("decisions");
    expect(familiesOf("policy.changed")).toEqual(["policies", "events"]);
    expect(familiesOf("stop.pressed")).toContain("session");
    expect(familiesOf("something.new")).toEqual(["events"]);
  });

  it("opens one socket after the session's head and says live", async () => {
    open("/");
    await goLive();
    expect(await screen.findByText("live")).toBeInTheDocument();
    expect(FakeSocket.all).toHaveLength(1);
    expect(FakeSocket.latest().url).toContain("/ws?after=40");
  });

  it("asks again for what an event changed, and for nothing else", async () => {
    const { world } = open("/policies");
    const socket = await goLive();
    await screen.findByText(/Version 3/);
    world.policy = { ...world.policy, version: 4 };
    const before = world.requests.length;
    socket.say({ kind: "event", event: world.event("policy.changed") });
    await screen.findByText(/Version 4/);
    const asked = world.requests.slice(before).map((request) => request.path);
    expect(new Set(asked)).toEqual(new Set(["/v1/policies"]));
  });

  it("resumes after the last event it saw when the connection drops", async () => {
    const { world } = open("/");
    const socket = await goLive();
    const event = world.event("run.started", { run_id: "run_9" });
    socket.say({ kind: "event", event });
    socket.drop();
    expect(await screen.findByText("reconnecting")).toBeInTheDocument();
    await until(() => FakeSocket.all.length === 2);
    expect(FakeSocket.latest().url).toContain(`/ws?after=${event.seq}`);
    FakeSocket.latest().say({ kind: "live", head: event.seq });
    expect(await screen.findByText("live")).toBeInTheDocument();
  });

  it("ignores an event it has already seen", async () => {
    const { world } = open("/policies");
    const socket = await goLive();
    await screen.findByText(/Version 3/);
    const before = world.requests.length;
    socket.say({ kind: "event", event: { ...world.event("policy.changed"), seq: 12 } });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(world.requests.length).toBe(before);
  });

  it("says offline when the machine is", async () => {
    open("/");
    await goLive();
    await screen.findByText("live");
    globalThis.dispatchEvent(new Event("offline"));
    await waitFor(() => expect(screen.getByText("offline")).toBeInTheDocument());
    expect(screen.getByText(/What is shown is the last data read/)).toBeInTheDocument();
    globalThis.dispatchEvent(new Event("online"));
    await waitFor(() => expect(screen.queryByText("offline")).toBeNull());
  });

  it("does not poll", async () => {
    const { world } = open("/");
    await goLive();
    await screen.findByText("The court");
    await until(() => world.requests.length > 6);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const settled = world.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(world.requests.length).toBe(settled);
  });
});
