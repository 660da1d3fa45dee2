/** The approvals inbox: a list by money at stake and the whole case of the chosen one. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useDecisionPages } from "@/api/decisions";
import type { Decision } from "@/api/types";
import { LastRun } from "@/decision/LastRun";
import { isLowRisk } from "@/decision/words";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { useUrlState } from "@/ui/use-url-state";
import { BatchDialog } from "./BatchDialog";
import { Case } from "./Case";
import { DecisionList } from "./DecisionList";
import { Filters } from "./Filters";
import { filtersOf, groupOf } from "./filters";
import { useListKeys } from "./use-list-keys";

export default function Approvals() {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  const { decisionId } = useParams({ strict: false }) as { decisionId?: string };
  const [search, setSearch] = useUrlState();
  const pages = useDecisionPages(filtersOf(search));
  const decisions = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const total = pages.data?.pages[0]?.total ?? 0;
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [batch, setBatch] = useState<Decision[] | null>(null);
  const group = groupOf(search.status);
  const filtered = Boolean(search.agent || search.kind || search.q || group !== "waiting");

  const open = (id: string | undefined) =>
    void navigate({
      to: id ? "/approvals/$decisionId" : "/approvals",
      params: id ? { decisionId: id } : {},
      search: (previous: object) => previous,
      replace: true,
    } as never);

  const wide = useWide();
  const chosen = decisionId ?? (wide ? decisions[0]?.id : undefined);
  const toggle = (id: string) => {
    const next = new Set(picked);
    if (!next.delete(id)) next.add(id);
    setPicked(next);
  };
  const candidates = decisions.filter((d) => d.status === "proposed");
  const forBatch = picked.size
    ? candidates.filter((d) => picked.has(d.id))
    : candidates.filter(isLowRisk);

  useListKeys({
    ids: decisions.map((d) => d.id),
    chosen,
    onOpen: open,
    onToggle: toggle,
    onClear: () => (picked.size ? setPicked(new Set()) : open(undefined)),
    onBatch: () => forBatch.length > 0 && setBatch(forBatch),
  });

  return (
    <>
      {decisionId && <h1 className="sr-only lg:hidden">{t("nav.approvals")}</h1>}
      <div className={cx(decisionId && "max-lg:hidden")}>
        <PageHeader
          title={t("nav.approvals")}
          aside={
            <>
              <span role="status">
                {pages.data &&
                  t(`approvals.count.${group}`, { count: total, value: format.count(total) })}
              </span>
              {forBatch.length > 0 && (
                <Button small shortcut="Shift A" onClick={() => setBatch(forBatch)}>
                  {picked.size
                    ? t("approvals.approvePicked", { count: picked.size })
                    : t("approvals.approveLowRisk", { count: forBatch.length })}
                </Button>
              )}
            </>
          }
        />
        <Filters search={search} group={group} onChange={setSearch} />
      </div>
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-[minmax(300px,360px)_minmax(0,1fr)]">
        <div className={cx("min-w-0", decisionId && "max-lg:hidden")}>
          <QueryView
            query={pages}
            isEmpty={() => decisions.length === 0}
            empty={{
              title: t("approvals.emptyTitle"),
              body: t("approvals.emptyBody"),
              action: <LastRun />,
            }}
            onClearFilters={
              filtered ? () => setSearch({ status: "", agent: "", kind: "", q: "" }) : undefined
            }
          >
            {() => (
              <DecisionList
                decisions={decisions}
                chosen={chosen}
                picked={picked}
                onOpen={open}
                onToggle={toggle}
                more={
                  pages.hasNextPage
                    ? { busy: pages.isFetchingNextPage, load: () => void pages.fetchNextPage() }
                    : null
                }
              />
            )}
          </QueryView>
        </div>
        <div className="min-w-0">
          {chosen && <Case key={chosen} id={chosen} onBack={() => open(undefined)} />}
        </div>
      </div>
      {batch && (
        <BatchDialog
          decisions={batch}
          onClose={() => {
            setBatch(null);
            setPicked(new Set());
          }}
        />
      )}
    </>
  );
}

/** On a phone the list and the case are two screens; on a desk they stand side by side. */
function useWide(): boolean {
  const [wide, setWide] = useState(() => matches());
  useEffect(() => {
    const media = globalThis.matchMedia?.("(min-width: 64rem)");
    const update = () => setWide(matches());
    media?.addEventListener("change", update);
    return () => media?.removeEventListener("change", update);
  }, []);
  return wide;
}

function matches(): boolean {
  return globalThis.matchMedia?.("(min-width: 64rem)").matches ?? true;
}
