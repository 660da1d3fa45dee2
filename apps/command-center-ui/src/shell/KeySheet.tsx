/** The `?` sheet: every key that does something on this page. */
import { useTranslation } from "react-i18next";
import type { Command, CommandGroup } from "@/commands/registry";
import { Dialog } from "@/ui/Dialog";

interface KeySheetProps {
  onClose: () => void;
  commands: readonly Command[];
}

const GROUPS: CommandGroup[] = ["list", "act", "go", "view"];

export default function KeySheet({ onClose, commands }: KeySheetProps) {
  const { t } = useTranslation();
  return (
    <Dialog open onClose={onClose} title={t("command.keys")}>
      <div className="grid gap-x-7 gap-y-5 sm:grid-cols-2">
        {GROUPS.map((group) => {
          const keyed = commands.filter((command) => command.group === group && command.keys);
          if (keyed.length === 0) return null;
          return (
            <section key={group}>
              <h3 className="caps mb-2 font-sans text-muted">{t(`command.group.${group}`)}</h3>
              <dl className="space-y-1">
                {keyed.map((command) => (
                  <div key={command.id} className="flex justify-between gap-4 text-dense">
                    <dt>{command.label}</dt>
                    <dd className="font-mono text-muted">{command.keys}</dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}
