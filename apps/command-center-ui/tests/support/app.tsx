/** The whole command center on a World, at an address. */
import { createMemoryHistory } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App } from "@/App";
import { listenForKeys } from "@/commands/keyboard";
import { startLive } from "@/live";
import { createQueries } from "@/queries";
import { serve } from "./server";
import { FakeSocket } from "./socket";
import { World } from "./world";

let stopKeys: (() => void) | null = null;

export function open(path: string, world = new World()) {
  serve(world);
  stopKeys?.();
  stopKeys = listenForKeys();
  const queries = createQueries();
  queries.setDefaultOptions({ queries: { staleTime: 60_000, retry: false } });
  startLive(queries);
  const history = createMemoryHistory({ initialEntries: [path] });
  const view = render(<App queries={queries} history={history} />);
  return { ...view, world, history, queries, user: userEvent.setup() };
}

/** Waits for the feed and says that it is live. */
export async function goLive(head = 40): Promise<FakeSocket> {
  await screen.findByText("live", {}, { timeout: 10 }).catch(() => undefined);
  await until(() => FakeSocket.all.length > 0);
  const socket = FakeSocket.latest();
  socket.say({ kind: "live", head });
  return socket;
}

export async function until(condition: () => boolean, patience = 3_000): Promise<void> {
  const end = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > end) throw new Error("the condition did not come true");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
