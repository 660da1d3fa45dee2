/** The store's own time: the wall for a real store, the world's clock for the sandbox. */
import { useSyncExternalStore } from "react";

interface ClockReading {
  /** The store's time at `readAt`, both in milliseconds. */
  storeAt: number;
  readAt: number;
  rate: number;
}

let reading: ClockReading | null = null;
const listeners = new Set<() => void>();
let ticker: ReturnType<typeof setInterval> | null = null;
let tick = 0;

export function setStoreClock(now: string, rate: number): void {
  reading = { storeAt: Date.parse(now), readAt: Date.now(), rate };
  announce();
}

/** The store's time in milliseconds. */
export function storeNow(): number {
  if (!reading) return Date.now();
  return reading.storeAt + (Date.now() - reading.readAt) * reading.rate;
}

function announce(): void {
  tick += 1;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticker ??= setInterval(announce, 10_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && ticker) {
      clearInterval(ticker);
      ticker = null;
    }
  };
}

/** The machine's time, for what machines take: heartbeats, steps, waiting in a queue. */
export function useMachineNow(): number {
  useSyncExternalStore(subscribe, () => tick);
  return Date.now();
}

/** Re-renders every ten seconds with the store's time. */
export function useStoreNow(): number {
  useSyncExternalStore(subscribe, () => tick);
  return storeNow();
}
