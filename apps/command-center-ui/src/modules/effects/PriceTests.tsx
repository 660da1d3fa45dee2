/** Price tests: those that run, those that wait, and what the others showed. */
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { usePriceTestPages } from "@/api/price-tests";
import { Button } from "@/ui/Button";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { PriceTestCard } from "./PriceTestCard";

export function PriceTests() {
  const { t } = useTranslation();
  const pages = usePriceTestPages();
  const tests = useMemo(() => pages.data?.pages.flatMap((page) => page.data) ?? [], [pages.data]);
  const first = pages.data?.pages[0];
  return (
    <section aria-labelledby="price-tests" className="mb-6">
      <div className="mb-1 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 id="price-tests" className="text-h3">
          {t("effects.tests.title")}
        </h2>
        {first && <Source provenance={first.provenance} />}
      </div>
      <p className="mb-3 max-w-[80ch] text-dense text-muted">{t("effects.tests.body")}</p>
      <QueryView
        query={pages}
        isEmpty={() => tests.length === 0}
        empty={{
          title: t("effects.tests.emptyTitle"),
          body: t("effects.tests.emptyBody"),
          action: (
            <Link
              to="/agents/$agentId"
              params={{ agentId: "inventory_pricing" } as never}
              className="text-accent hover:underline max-md:inline-flex max-md:min-h-11 max-md:items-center"
            >
              {t("effects.tests.emptyAction")}
            </Link>
          ),
        }}
      >
        {() => (
          <ul aria-label={t("effects.tests.title")} className="grid gap-4">
            {tests.map((test) => (
              <li key={test.decision_id}>
                <PriceTestCard test={test} />
              </li>
            ))}
          </ul>
        )}
      </QueryView>
      {pages.hasNextPage && (
        <Button
          small
          className="mt-3 w-full"
          disabled={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          {t("state.more")}
        </Button>
      )}
    </section>
  );
}
