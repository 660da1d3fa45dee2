/** j, k, Enter, Esc, x and Shift-A in the list of decisions. */
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { stepCommands } from "@/commands/list";
import { useCommands } from "@/commands/registry";

interface ListKeys {
  ids: string[];
  chosen: string | undefined;
  onOpen: (id: string) => void;
  onToggle: (id: string) => void;
  onClear: () => void;
  onBatch: () => void;
}

export function useListKeys(keys: ListKeys): void {
  const { t } = useTranslation();
  // A decided row leaves the list; moving on continues from where it stood.
  const place = useRef(0);
  const index = keys.chosen ? keys.ids.indexOf(keys.chosen) : -1;
  if (index >= 0) place.current = index;

  const move = (step: 1 | -1) => {
    if (keys.ids.length === 0) return;
    const gone = index < 0 && keys.chosen !== undefined;
    const from = gone ? place.current - (step === 1 ? 1 : 0) : index;
    const to = Math.min(Math.max(from + step, 0), keys.ids.length - 1);
    const id = keys.ids[to];
    if (id) keys.onOpen(id);
  };
  const openFirst = () => {
    const id = keys.chosen ?? keys.ids[0];
    if (!id) return;
    keys.onOpen(id);
    requestAnimationFrame(() => document.getElementById("case")?.focus());
  };
  useCommands([
    ...stepCommands(t, move),
    {
      id: "list.open",
      group: "list",
      label: t("key.open"),
      keys: "Enter",
      sheetOnly: true,
      run: openFirst,
    },
    {
      id: "list.clear",
      group: "list",
      label: t("key.clear"),
      keys: "Escape",
      sheetOnly: true,
      run: keys.onClear,
    },
    {
      id: "list.pick",
      group: "list",
      label: t("key.pick"),
      keys: "x",
      sheetOnly: true,
      run: () => keys.chosen && keys.onToggle(keys.chosen),
    },
    { id: "list.batch", group: "list", label: t("key.batch"), keys: "Shift+A", run: keys.onBatch },
  ]);
}
