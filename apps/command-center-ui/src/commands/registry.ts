/** One registry of what can be done: the palette, the shortcuts and the `?` sheet all read it. */
import { useEffect, useRef, useSyncExternalStore } from "react";

export type CommandGroup = "go" | "act" | "list" | "view";

export interface Command {
  id: string;
  group: CommandGroup;
  label: string;
  /** `a`, `Shift+A`, `g t`, `mod+k`, `Enter`, `Escape`, `?`. */
  keys?: string;
  /** Further words the palette finds it by. */
  words?: string;
  /** Listed in the sheet only: moving in a list is no entry of a palette. */
  sheetOnly?: boolean;
  run(): void;
}

let groups: ReadonlyMap<symbol, readonly Command[]> = new Map();
let flat: readonly Command[] = [];
const listeners = new Set<() => void>();

function change(next: Map<symbol, readonly Command[]>): void {
  groups = next;
  flat = [...next.values()].flat();
  for (const listener of listeners) listener();
}

export function registeredCommands(): readonly Command[] {
  return flat;
}

export function useRegisteredCommands(): readonly Command[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, registeredCommands);
}

/** Offers commands while the component is on screen. Their `run` always sees the latest render. */
export function useCommands(commands: readonly Command[]): void {
  const latest = useRef(commands);
  latest.current = commands;
  const shape = commands.map((c) => `${c.id}|${c.label}|${c.keys ?? ""}`).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape stands for the commands; run is read late
  useEffect(() => {
    const owner = Symbol("commands");
    const offered = latest.current.map((command) => ({
      ...command,
      run: () => latest.current.find((c) => c.id === command.id)?.run(),
    }));
    change(new Map(groups).set(owner, offered));
    return () => {
      const next = new Map(groups);
      next.delete(owner);
      change(next);
    };
  }, [shape]);
}
