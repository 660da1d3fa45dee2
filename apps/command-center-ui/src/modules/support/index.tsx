/** Support: threads, the conversation, and what is known with a draft; on a phone one at a time. */
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ThreadFilters, useThread, useThreadPages } from "@/api/threads";
import type { ThreadDetail } from "@/api/types";
import { stepCommands } from "@/commands/list";
import { useCommands } from "@/commands/registry";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Select } from "@/ui/fields";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { useUrlState } from "@/ui/use-url-state";
import { Conversation } from "./Conversation";
import { Facts } from "./Facts";
import { ThreadList } from "./ThreadList";
import { INTENTS, MOODS, STATES, URGENCIES } from "./words";

export default function Support() {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useUrlState();
  const status = STATES.find((state) => state === search.status);
  const filters = filtersOf(search);
  const pages = useThreadPages(filters);
  const threads = pages.data?.pages.flatMap((page) => page.data) ?? [];
  const first = pages.data?.pages[0];
  const wide = useWide();
  const chosen = search.thread ?? (wide ? threads[0]?.id : undefined);
  const open = (id: string | undefined) => setSearch({ thread: id, pane: undefined });
  const choose = (wanted: Record<string, string>) =>
    setSearch({ ...wanted, thread: undefined, pane: undefined });
  const move = (step: 1 | -1) => {
    const at = threads.findIndex((thread) => thread.id === chosen) + step;
    const next = threads[Math.min(Math.max(at, 0), threads.length - 1)];
    if (next) open(next.id);
  };
  useCommands([
    ...stepCommands(t, move),
    {
      id: "list.clear",
      group: "list",
      label: t("key.clear"),
      keys: "Escape",
      sheetOnly: true,
      run: () => (search.pane ? setSearch({ pane: undefined }) : open(undefined)),
    },
  ]);
  return (
    <>
      {search.thread && <h1 className="sr-only xl:hidden">{t("nav.support")}</h1>}
      <div className={cx(search.thread && "max-xl:hidden")}>
        <PageHeader
          title={t("nav.support")}
          aside={
            first && (
              <>
                <span role="status">
                  {t("support.count", { count: first.total, value: format.count(first.total) })}
                </span>
                <Source provenance={first.provenance} />
              </>
            )
          }
        />
        <div className="mb-3 flex flex-wrap gap-3">
          <Select
            label={t("support.status")}
            value={status ?? ""}
            onChange={(value) => choose({ status: value })}
            options={[
              { value: "", label: t("support.anyStatus") },
              ...STATES.map((state) => ({
                value: state,
                label: `${t(`support.state.${state}`)} (${first?.counts[state] ?? 0})`,
              })),
            ]}
          />
          <Meaning chosen={filters} onChoose={(name, value) => choose({ [name]: value })} />
        </div>
      </div>
      <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-[320px_minmax(0,1fr)]">
        <div className={cx("min-w-0", search.thread && "max-xl:hidden")}>
          <QueryView
            query={pages}
            isEmpty={() => threads.length === 0}
            empty={{ title: t("support.emptyTitle"), body: t("support.emptyBody") }}
            onClearFilters={
              Object.keys(filters).length > 0
                ? () => setSearch({ status: "", intent: "", sentiment: "", urgency: "" })
                : undefined
            }
          >
            {() => (
              <ThreadList
                threads={threads}
                chosen={chosen}
                onOpen={open}
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
          {chosen && (
            <Opened
              key={chosen}
              id={chosen}
              pane={search.pane === "facts" ? "facts" : "talk"}
              onPane={(pane) => setSearch({ thread: chosen, pane })}
              onBack={() => open(undefined)}
            />
          )}
        </div>
      </div>
    </>
  );
}

type Search = ReturnType<typeof useUrlState>[0];

/** What of the address is a filter that is known; anything else there asks for nothing. */
function filtersOf(search: Search): ThreadFilters {
  const status = STATES.find((each) => each === search.status);
  const intent = INTENTS.find((each) => each === search.intent);
  const sentiment = MOODS.find((each) => each === search.sentiment);
  const urgency = URGENCIES.find((each) => each === search.urgency);
  return {
    ...(status && { status }),
    ...(intent && { intent }),
    ...(sentiment && { sentiment }),
    ...(urgency && { urgency }),
  };
}

interface MeaningProps {
  chosen: ThreadFilters;
  onChoose: (name: "intent" | "sentiment" | "urgency", value: string) => void;
}

function Meaning({ chosen, onChoose }: MeaningProps) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t("support.wish")}
        value={chosen.intent ?? ""}
        onChange={(value) => onChoose("intent", value)}
        options={[
          { value: "", label: t("support.anyWish") },
          ...INTENTS.map((value) => ({ value, label: t(`intent.${value}`) })),
        ]}
      />
      <Select
        label={t("support.anyMoodLabel")}
        value={chosen.sentiment ?? ""}
        onChange={(value) => onChoose("sentiment", value)}
        options={[
          { value: "", label: t("support.anyMood") },
          ...MOODS.map((value) => ({ value, label: t(`support.mood.${value}`) })),
        ]}
      />
      <Select
        label={t("support.haste")}
        value={chosen.urgency ?? ""}
        onChange={(value) => onChoose("urgency", value)}
        options={[
          { value: "", label: t("support.anyHaste") },
          ...URGENCIES.map((value) => ({ value, label: t(`support.urgency.${value}`) })),
        ]}
      />
    </>
  );
}

interface OpenedProps {
  id: string;
  pane: "talk" | "facts";
  onPane: (pane: "facts" | undefined) => void;
  onBack: () => void;
}

function Opened({ id, pane, onPane, onBack }: OpenedProps) {
  const { t } = useTranslation();
  const query = useThread(id);
  return (
    <>
      <div className="mb-3 flex flex-wrap gap-2 xl:hidden">
        <Button small onClick={onBack}>
          {t("support.back")}
        </Button>
        <span className="contents lg:hidden">
          <Button small onClick={() => onPane(pane === "talk" ? "facts" : undefined)}>
            {t(pane === "talk" ? "support.toFacts" : "support.toTalk")}
          </Button>
        </span>
      </div>
      <QueryView query={query}>
        {(thread: ThreadDetail) => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(280px,360px)]">
            <div className={cx("min-w-0", pane === "facts" && "max-lg:hidden")}>
              <Conversation thread={thread} />
            </div>
            <div className={cx("min-w-0", pane === "talk" && "max-lg:hidden")}>
              <Facts thread={thread} />
            </div>
          </div>
        )}
      </QueryView>
    </>
  );
}

/** On a phone the list and the thread are two screens; on a desk they stand side by side. */
function useWide(): boolean {
  const [wide, setWide] = useState(matches);
  useEffect(() => {
    const media = globalThis.matchMedia?.("(min-width: 80rem)");
    const update = () => setWide(matches());
    media?.addEventListener("change", update);
    return () => media?.removeEventListener("change", update);
  }, []);
  return wide;
}

function matches(): boolean {
  return globalThis.matchMedia?.("(min-width: 80rem)").matches ?? true;
}
