/** What can be done from anywhere: go to a page, run an agent, stop, switch the theme. */
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { requestRun } from "@/api/agent-run";
import { useAgents } from "@/api/agents";
import { asProblem } from "@/api/problem";
import { useMay, useSession } from "@/api/session";
import { type Command, useCommands } from "@/commands/registry";
import { navigation } from "@/config/navigation";
import { setPreferences, shownTheme } from "@/preferences/store";
import { sayDone, sayFailed } from "@/ui/toast";

interface Openers {
  openPalette: () => void;
  openKeys: () => void;
  openStop: () => void;
  /** Null where AIRA is on the page already. */
  toggleAira: (() => void) | null;
}

export function useShellCommands(openers: Openers): void {
  const { openPalette, openKeys, openStop, toggleAira } = openers;
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayRun = useMay("agents:run");
  const permissions = useSession().data?.permissions ?? [];
  const agents = useAgents().data?.data ?? [];

  const go = navigation
    .filter((entry) => permissions.includes(entry.permission))
    .map<Command>((entry) => ({
      id: `go.${entry.id}`,
      group: "go",
      label: t(`nav.${entry.label}`),
      keys: `g ${entry.letter}`,
      run: () => void navigate({ to: entry.path }),
    }));
  const run = agents
    .filter((agent) => mayRun && agent.runnable && agent.status === "active")
    .map<Command>((agent) => ({
      id: `run.${agent.id}`,
      group: "act",
      label: t("command.runAgent", { name: agent.name }),
      words: agent.id,
      run: () => {
        requestRun(agent.id, false).then(
          (started) => {
            sayDone(t("agent.runAsked", { name: agent.name }));
            void navigate({ to: "/runs/$runId", params: { runId: started.id } } as never);
          },
          (error) => sayFailed(t("agent.runFailed"), asProblem(error)),
        );
      },
    }));
  useCommands([
    {
      id: "palette",
      group: "view",
      label: t("command.palette"),
      keys: "mod+k",
      sheetOnly: true,
      run: openPalette,
    },
    {
      id: "search",
      group: "view",
      label: t("command.palette"),
      keys: "/",
      sheetOnly: true,
      run: openPalette,
    },
    { id: "keys", group: "view", label: t("command.keys"), keys: "?", run: openKeys },
    {
      id: "theme",
      group: "view",
      label: t("command.theme"),
      run: () => setPreferences({ theme: shownTheme() === "dark" ? "light" : "dark" }),
    },
    ...(toggleAira
      ? [
          {
            id: "aira",
            group: "act" as const,
            label: t("command.askAira"),
            keys: "i",
            run: toggleAira,
          },
        ]
      : []),
    { id: "stop", group: "act", label: t("command.stop"), words: "kill", run: openStop },
    ...go,
    ...run,
  ]);
}
