/** Joins the live connection to the kept answers; opened outside React, once per page. */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { keys } from "@/api/keys";
import type { EventRow } from "@/api/types";
import { LiveConnection, type LiveState } from "./connection";
import { familiesOf } from "./invalidation";

// Bursts (a run proposes forty decisions) refresh each family once.
const COALESCE_MS = 120;

type Listener = (event: EventRow) => void;

export class LiveFeed {
  readonly connection: LiveConnection;
  #queries: QueryClient;
  #stale = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #listeners = new Set<Listener>();

  constructor(queries: QueryClient) {
    this.#queries = queries;
    this.connection = new LiveConnection({
      onEvent: (event) => this.#onEvent(event),
      // Workers beat without an event; an open engine page is the one place that shows it.
      onHeartbeat: () => void queries.invalidateQueries({ queryKey: keys.engine }),
      onReset: () => void queries.invalidateQueries(),
      onClosed: (code) => {
        if (code === 1008) void queries.invalidateQueries({ queryKey: keys.session });
      },
    });
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #onEvent(event: EventRow): void {
    for (const family of familiesOf(event.type)) this.#stale.add(family);
    this.#timer ??= setTimeout(() => this.#flush(), COALESCE_MS);
    for (const listener of this.#listeners) listener(event);
  }

  #flush(): void {
    this.#timer = null;
    const families = [...this.#stale];
    this.#stale.clear();
    for (const family of families) void this.#queries.invalidateQueries({ queryKey: [family] });
  }
}

let feed: LiveFeed | null = null;

export function startLive(queries: QueryClient): LiveFeed {
  feed ??= new LiveFeed(queries);
  return feed;
}

/** For tests: forgets the page's connection. */
export function endLive(): void {
  feed?.connection.close();
  feed = null;
}

export function openLive(head: number): void {
  void feed?.connection.open(head);
}

const IDLE: LiveState = { status: "connecting", seq: 0, heardAt: null };

export function useLive(): LiveState {
  return useSyncExternalStore(
    (listener) => feed?.connection.subscribe(listener) ?? (() => {}),
    () => feed?.connection.snapshot() ?? IDLE,
  );
}
export type { LiveState } from "./connection";
