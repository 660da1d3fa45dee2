/** A conversation that has not begun: what AIRA can be asked without a model, from the server's list. */
import { useTranslation } from "react-i18next";
import type { ChatStatus } from "@/api/aira";
import { useChatCommands } from "@/api/chat-commands";
import { QueryView } from "@/ui/QueryView";

interface StartersProps {
  onChoose: (text: string) => void;
  status: ChatStatus | undefined;
}

const SHOWN = 6;

export function Starters({ onChoose, status }: StartersProps) {
  const { t } = useTranslation();
  const commands = useChatCommands();
  return (
    <section className="space-y-3 pt-2">
      <p className="max-w-[60ch] text-body text-muted">
        {t(status?.can_converse ? "aira.welcomeModel" : "aira.welcomeCommands")}
      </p>
      <QueryView query={commands} isEmpty={(list) => list.data.length === 0}>
        {(list) => (
          <ul
            aria-label={t("aira.commands")}
            className="grid gap-2 sm:grid-cols-[repeat(auto-fill,minmax(260px,1fr))]"
          >
            {list.data
              .filter((command) => command.allowed && !command.changes)
              .slice(0, SHOWN)
              .map((command) => (
                <li key={command.name}>
                  <button
                    type="button"
                    onClick={() => onChoose(`/${command.name} `)}
                    className="motion-hover flex h-full min-h-11 w-full flex-col items-start rounded-row border border-line bg-surface px-3 py-2 text-left hover:border-line-strong"
                  >
                    <span className="block truncate font-mono text-dense">/{command.name}</span>
                    <span className="block text-meta text-muted">{command.description}</span>
                  </button>
                </li>
              ))}
          </ul>
        )}
      </QueryView>
    </section>
  );
}
