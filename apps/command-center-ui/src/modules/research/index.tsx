/** Research: what could be sold, with each factor's evidence, side by side, and the import. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRunAgent } from "@/api/agent-run";
import { useResearch } from "@/api/research";
import { useMay } from "@/api/session";
import type { Candidate, Research as Found } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Moment } from "@/ui/Time";
import { sayDone } from "@/ui/toast";
import { CandidateCard } from "./CandidateCard";
import { Compare } from "./Compare";

const MOST_COMPARED = 3;

export default function Research() {
  const { t } = useTranslation();
  const query = useResearch();
  const run = useRunAgent("product_research");
  const may = useMay("agents:run");
  return (
    <>
      <PageHeader
        title={t("nav.research")}
        aside={
          <Button
            small
            disabled={!may || run.isPending}
            onClick={() => run.mutate(false, { onSuccess: () => sayDone(t("research.asked")) })}
          >
            {t("research.run")}
          </Button>
        }
      />
      <p className="mb-4 max-w-[80ch] text-muted">{t("research.body")}</p>
      <QueryView
        query={query}
        isEmpty={(found) => found.run_id === null}
        empty={{ title: t("research.emptyTitle"), body: t("research.emptyBody") }}
        partial={query.data?.twins_by === "words" ? t("research.twinsByWords") : null}
      >
        {(found) => <Lists found={found} />}
      </QueryView>
    </>
  );
}

function Lists({ found }: { found: Found }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [chosen, setChosen] = useState<string[]>([]);
  const toggle = (handle: string) =>
    setChosen((before) =>
      before.includes(handle)
        ? before.filter((each) => each !== handle)
        : [...before, handle].slice(-MOST_COMPARED),
    );
  const best = found.candidates.filter((each) => each.why_not === null || each.decision_id);
  const rest = found.candidates.filter((each) => each.why_not !== null && !each.decision_id);
  const compared = found.candidates.filter((each) => chosen.includes(each.handle));
  const list = (title: string, candidates: Candidate[]) =>
    candidates.length > 0 && (
      <section aria-label={title}>
        <h2 className="mt-6 mb-3 text-lead">{title}</h2>
        <ul className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
          {candidates.map((each) => (
            <li key={each.handle}>
              <CandidateCard
                candidate={each}
                chosen={chosen.includes(each.handle)}
                onChoose={() => toggle(each.handle)}
              />
            </li>
          ))}
        </ul>
      </section>
    );
  return (
    <>
      <div className="grid gap-4 md:grid-cols-2">
        <HitRate found={found} />
        <Card title={t("research.compare")}>
          {compared.length < 2 ? (
            <p className="text-dense text-muted">{t("research.compareBody")}</p>
          ) : (
            <Compare candidates={compared} />
          )}
        </Card>
      </div>
      <p role="status" className="mt-4 text-dense text-muted">
        {t("research.considered", {
          count: found.considered,
          value: format.count(found.considered),
        })}
        {" · "}
        {found.as_of && <Moment at={found.as_of} />}
      </p>
      {list(t("research.shortlist"), best)}
      {list(t("research.against"), rest)}
    </>
  );
}

function HitRate({ found }: { found: Found }) {
  const { t } = useTranslation();
  const { share, low, high, hits, judged } = found.hit_rate;
  const percent = (value: number) => `${Math.round(value * 100)} %`;
  return (
    <Card title={t("research.hitRate")}>
      <p className="text-dense text-muted">
        {share === null || low === null || high === null
          ? t("research.hitUnknown")
          : t("research.hitKnown", { hits, judged, low: percent(low), high: percent(high) })}
      </p>
    </Card>
  );
}
