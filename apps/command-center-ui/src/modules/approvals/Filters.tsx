/** Status, agent, kind and text; each lives in the address. */
import { useTranslation } from "react-i18next";
import { useAgents } from "@/api/agents";
import { kindName } from "@/decision/words";
import { SearchField, Segmented, Select } from "@/ui/fields";
import { STATUS_GROUPS, type StatusGroup } from "./filters";

interface FiltersProps {
  search: Record<string, string | undefined>;
  group: StatusGroup;
  onChange: (change: Record<string, string>) => void;
}

export function Filters({ search, group, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const agents = useAgents().data?.data ?? [];
  const kinds = [...new Set(agents.flatMap((agent) => agent.autonomy.map((a) => a.kind)))].sort();
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <div className="max-w-full overflow-x-auto">
        <Segmented
          label={t("approvals.status")}
          value={group}
          onChange={(value) => onChange({ status: value === "waiting" ? "" : value })}
          options={(Object.keys(STATUS_GROUPS) as StatusGroup[]).map((value) => ({
            value,
            label: t(`approvals.group.${value}`),
          }))}
        />
      </div>
      <Select
        label={t("approvals.agent")}
        value={search.agent ?? ""}
        onChange={(agent) => onChange({ agent })}
        options={[
          { value: "", label: t("approvals.anyAgent") },
          ...agents.map((agent) => ({ value: agent.id, label: agent.name })),
        ]}
      />
      <Select
        label={t("approvals.kind")}
        value={search.kind ?? ""}
        onChange={(kind) => onChange({ kind })}
        options={[
          { value: "", label: t("approvals.anyKind") },
          ...kinds.map((kind) => ({ value: kind, label: kindName(kind, t) })),
        ]}
      />
      <SearchField
        label={t("approvals.search")}
        value={search.q ?? ""}
        onChange={(q) => onChange({ q })}
        className="w-56 max-md:w-full"
      />
    </div>
  );
}
