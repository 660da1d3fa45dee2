/** All runs, newest first; agent, state and how many are in the address. */
import { useTranslation } from "react-i18next";
import { useAgents } from "@/api/agents";
import { useRuns } from "@/api/runs";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Select } from "@/ui/fields";
import { RUN_TONE } from "@/ui/health";
import { QueryView } from "@/ui/QueryView";
import { useUrlState } from "@/ui/use-url-state";
import { RunRow } from "@/work/RunRow";

const STEP = 25;
const MOST = 250;
const STATES = Object.keys(RUN_TONE) as (keyof typeof RUN_TONE)[];

export function RunList() {
  const { t } = useTranslation();
  const [search, setSearch] = useUrlState();
  const { agent, status } = search;
  const shown = Math.min(Math.max(Number(search.shown) || STEP, STEP), MOST);
  const query = useRuns({
    limit: shown,
    ...(agent ? { agent } : {}),
    ...(status ? { status } : {}),
  });
  const agents = useAgents().data?.data ?? [];
  const names = new Map(agents.map(({ id, name }) => [id, name]));
  const filtered = Boolean(agent || status);
  return (
    <Card
      title={t("engine.runs")}
      aside={
        <span className="flex flex-wrap gap-2">
          <Select
            label={t("nav.agents")}
            value={agent ?? ""}
            onChange={(value) => setSearch({ agent: value, shown: "" })}
            options={[
              { value: "", label: t("engine.anyAgent") },
              ...agents.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
          <Select
            label={t("engine.anyStatus")}
            value={status ?? ""}
            onChange={(value) => setSearch({ status: value, shown: "" })}
            options={[
              { value: "", label: t("engine.anyStatus") },
              ...STATES.map((state) => ({ value: state, label: t(`runStatus.${state}`) })),
            ]}
          />
        </span>
      }
    >
      <QueryView
        query={query}
        isEmpty={(page) => page.data.length === 0}
        empty={{ title: t("engine.noRuns") }}
        onClearFilters={filtered ? () => setSearch({ agent: "", status: "" }) : undefined}
      >
        {(page) => (
          <>
            <ul className="divide-y divide-line">
              {page.data.map((run) => (
                <li key={run.id}>
                  <RunRow run={run} agent={names.get(run.agent_id) ?? run.agent_id} />
                </li>
              ))}
            </ul>
            {page.next_cursor && shown < MOST && (
              <Button small onClick={() => setSearch({ shown: String(shown + STEP) })}>
                {t("engine.more")}
              </Button>
            )}
          </>
        )}
      </QueryView>
    </Card>
  );
}
