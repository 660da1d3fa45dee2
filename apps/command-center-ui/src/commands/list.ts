/** j and k, wherever there is a list to go through. */
import type { TFunction } from "i18next";
import type { RefObject } from "react";
import type { Command } from "./registry";

export function stepCommands(t: TFunction, move: (step: 1 | -1) => void): Command[] {
  return [
    {
      id: "list.next",
      group: "list",
      label: t("key.next"),
      keys: "j",
      sheetOnly: true,
      run: () => move(1),
    },
    {
      id: "list.previous",
      group: "list",
      label: t("key.previous"),
      keys: "k",
      sheetOnly: true,
      run: () => move(-1),
    },
  ];
}

/** Moves the focus among what ``selector`` finds in a list. */
export function stepFocus(list: RefObject<HTMLElement | null>, selector: string, step: 1 | -1) {
  const rows = [...(list.current?.querySelectorAll<HTMLElement>(selector) ?? [])];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const to = at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[to]?.focus();
}
