/** When an answer comes from the service worker's store instead of the network: since when it stands. */
import { useSyncExternalStore } from "react";

let readAt: number | null = null;
const listeners = new Set<() => void>();

/** The oldest kept answer on screen counts; one fresh answer means the network is back. */
export function noteAnswer(response: Response): void {
  const kept = response.headers.get("X-Royal-Read-At");
  const at = kept ? Date.parse(kept) : null;
  const next = at === null ? null : Math.min(at, readAt ?? at);
  if (next === readAt) return;
  readAt = next;
  for (const listener of listeners) listener();
}

export function useKeptSince(): number | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => readAt,
  );
}
