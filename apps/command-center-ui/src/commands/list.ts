/** j and k, wherever there is a list to go through. */
import type { TFunction } from "i18next";
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
