/** Security: findings with evidence and remedy, what may wait, and when each check last looked. */
import { useTranslation } from "react-i18next";
import { useRunAgent } from "@/api/agent-run";
import { useFindingPages, useSecurity } from "@/api/security";
import { useMay } from "@/api/session";
import type { Security as Overview } from "@/api/types";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Segmented } from "@/ui/fields";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { sayDone } from "@/ui/toast";
import { useUrlState } from "@/ui/use-url-state";
import { FindingCard } from "./FindingCard";
import { Scans } from "./Scans";
import { Suppressions } from "./Suppressions";

const STATES = ["open", "suppressed", "resolved"] as const;
type State = (typeof STATES)[number];

export default function Security() {
  const { t } = useTranslation();
  const overview = useSecurity();
  const run = useRunAgent("security");
  const may = useMay("agents:run");
  const unseen = overview.data?.scans.filter((scan) => !scan.ok) ?? [];
  return (
    <>
      <PageHeader
        title={t("nav.security")}
        aside={
          <Button
            small
            disabled={!may || run.isPending}
            onClick={() => run.mutate(false, { onSuccess: () => sayDone(t("security.asked")) })}
          >
            {t("security.run")}
          </Button>
        }
      />
      <p className="mb-4 max-w-[80ch] text-muted">{t("security.body")}</p>
      <QueryView
        query={overview}
        isEmpty={(found) => found.scans.length === 0}
        empty={{ title: t("security.emptyTitle"), body: t("security.emptyBody") }}
        partial={unseen.length > 0 ? t("security.unseen", { count: unseen.length }) : null}
      >
        {(found) => (
          <div className="grid items-start gap-4 xl:grid-cols-[2fr_1fr]">
            <Findings />
            <div className="grid gap-4">
              <Scans scans={found.scans} />
              <Suppressions held={found.suppressions} />
              <Scopes found={found} />
            </div>
          </div>
        )}
      </QueryView>
    </>
  );
}

function Findings() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrlState();
  const state = STATES.find((each) => each === url.state) ?? "open";
  const query = useFindingPages(state);
  const shown = query.data?.pages.flatMap((page) => page.data) ?? [];
  const options = STATES.map((value) => ({ value, label: t(`security.state.${value}`) }));
  return (
    <section aria-label={t("security.findings")} className="grid min-w-0 gap-3">
      <div>
        <Segmented<State>
          label={t("security.findings")}
          value={state}
          onChange={(value) => setUrl({ state: value === "open" ? undefined : value })}
          options={options}
        />
      </div>
      <QueryView
        query={query}
        isEmpty={() => shown.length === 0}
        empty={{ title: t("security.noneOpen") }}
        onClearFilters={state === "open" ? undefined : () => setUrl({ state: undefined })}
      >
        {() => (
          <ul className="grid gap-3">
            {shown.map((finding) => (
              <li key={finding.id}>
                <FindingCard finding={finding} />
              </li>
            ))}
          </ul>
        )}
      </QueryView>
      {query.hasNextPage && (
        <Button
          small
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t("security.more")}
        </Button>
      )}
    </section>
  );
}

function Scopes({ found }: { found: Overview }) {
  const { t } = useTranslation();
  return (
    <Card title={t("security.scopes")}>
      {found.granted === null ? (
        <p className="text-dense text-muted">{t("security.scopesUnknown")}</p>
      ) : found.unused.length === 0 ? (
        <p className="text-dense text-muted">
          {t("security.scopesAll", { count: found.granted.length })}
        </p>
      ) : (
        <ul className="grid gap-1 font-mono text-meta">
          {found.unused.map((scope) => (
            <li key={scope} className="break-all">
              {scope}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
