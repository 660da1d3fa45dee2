/** Effects: what executed decisions did against what was predicted, and the records it makes. */
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useAgents } from "@/api/agents";
import { useEffectPages, useRecords } from "@/api/effects";
import type { EffectStatus } from "@/api/types";
import { stepCommands, stepFocus } from "@/commands/list";
import { useCommands } from "@/commands/registry";
import { kindName } from "@/decision/words";
import { RecordCard } from "@/effects/RecordCard";
import { useFormat } from "@/format/use-format";
import { Segmented, Select } from "@/ui/fields";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { useUrlState } from "@/ui/use-url-state";
import { EffectList } from "./EffectList";
import { PriceTests } from "./PriceTests";

type StatusFilter = EffectStatus | "all";

export default function Effects() {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useUrlState();
  const status = (search.status ?? "all") as StatusFilter;
  const pages = useEffectPages({
    ...(status === "all" ? {} : { status }),
    ...(search.agent ? { agent: search.agent } : {}),
    ...(search.kind ? { kind: search.kind } : {}),
  });
  const effects = useMemo(() => pages.data?.pages.flatMap((page) => page.data) ?? [], [pages.data]);
  const first = pages.data?.pages[0];
  const filtered = Boolean(search.status || search.agent || search.kind);
  const list = useRef<HTMLUListElement>(null);
  useRowKeys(list);
  return (
    <>
      <PageHeader
        title={t("nav.effects")}
        aside={
          first && (
            <>
              <span role="status">
                {t("effects.count", { count: first.total, value: format.count(first.total) })}
              </span>
              <Source provenance={first.provenance} />
            </>
          )
        }
      />
      <p className="mb-4 max-w-[80ch] text-muted">{t("effects.body")}</p>
      <Records />
      <PriceTests />
      <Filters search={search} status={status} onChange={setSearch} />
      <QueryView
        query={pages}
        isEmpty={() => effects.length === 0}
        empty={{ title: t("effects.emptyTitle"), body: t("effects.emptyBody") }}
        onClearFilters={filtered ? () => setSearch({ status: "", agent: "", kind: "" }) : undefined}
      >
        {() => (
          <EffectList
            ref={list}
            effects={effects}
            more={
              pages.hasNextPage
                ? { busy: pages.isFetchingNextPage, load: () => void pages.fetchNextPage() }
                : null
            }
          />
        )}
      </QueryView>
    </>
  );
}

function Records() {
  const { t } = useTranslation();
  const query = useRecords();
  const names = new Map(useAgents().data?.data.map((agent) => [agent.id, agent.name]));
  return (
    <section aria-label={t("effects.records")} className="mb-6">
      <QueryView query={query} isEmpty={() => false}>
        {(records) => (
          <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,22rem),1fr))] items-start gap-4">
            {records.data.map((record) => (
              <RecordCard
                key={`${record.agent_id} ${record.kind}`}
                record={record}
                agentName={names.get(record.agent_id) ?? record.agent_id}
              />
            ))}
          </div>
        )}
      </QueryView>
    </section>
  );
}

interface FiltersProps {
  search: Record<string, string | undefined>;
  status: StatusFilter;
  onChange: (change: Record<string, string>) => void;
}

function Filters({ search, status, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const records = useRecords().data?.data ?? [];
  const agents = useAgents().data?.data ?? [];
  const kinds = [...new Set(records.map((record) => record.kind))];
  const known = new Set(records.map((record) => record.agent_id));
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <Segmented<StatusFilter>
        label={t("effects.statusFilter")}
        value={status}
        onChange={(value) => onChange({ status: value === "all" ? "" : value })}
        options={(["all", "known", "pending", "never"] as const).map((value) => ({
          value,
          label: t(`effects.filter.${value}`),
        }))}
      />
      <Select
        label={t("effects.agent")}
        value={search.agent ?? ""}
        onChange={(agent) => onChange({ agent })}
        options={[
          { value: "", label: t("effects.anyAgent") },
          ...agents
            .filter((agent) => known.has(agent.id))
            .map((agent) => ({ value: agent.id, label: agent.name })),
        ]}
      />
      <Select
        label={t("effects.kind")}
        value={search.kind ?? ""}
        onChange={(kind) => onChange({ kind })}
        options={[
          { value: "", label: t("effects.anyKind") },
          ...kinds.map((kind) => ({ value: kind, label: kindName(kind, t) })),
        ]}
      />
    </div>
  );
}

/** j and k move between the rows; Enter opens the focused one, as it is a link. */
function useRowKeys(list: React.RefObject<HTMLUListElement | null>): void {
  const { t } = useTranslation();
  const navigate = useNavigate();
  useCommands([
    ...stepCommands(t, (step) => stepFocus(list, "a", step)),
    {
      id: "effects.approvals",
      group: "go",
      label: t("effects.toApprovals"),
      run: () => void navigate({ to: "/approvals" } as never),
    },
  ]);
}
