/** Whether the dock is open, which conversation it holds and what is to be asked in it. */
import { useSyncExternalStore } from "react";

interface DockState {
  open: boolean;
  conversation: string | null;
  /** Asked from elsewhere (the palette), to be said as soon as the dock is there. */
  question: string | null;
}

const KEY = "royal.aira.dock";

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

let state: DockState = { open: false, conversation: remembered(), question: null };
const listeners = new Set<() => void>();

export function setDock(change: Partial<DockState>): void {
  state = { ...state, ...change };
  if ("conversation" in change) remember(state.conversation);
  for (const listener of listeners) listener();
}

function remember(conversation: string | null): void {
  try {
    if (conversation) localStorage.setItem(KEY, conversation);
    else localStorage.removeItem(KEY);
  } catch {
    // Remembered for as long as this page lives.
  }
}

export function dock(): DockState {
  return state;
}

export function useDock(): DockState {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, dock);
}
