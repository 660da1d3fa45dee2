/** Marketing: flows with their mandates and effects, the outbox, and the templates. */
import { useTranslation } from "react-i18next";
import { useFlows } from "@/api/marketing";
import { Segmented } from "@/ui/fields";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { useUrlState } from "@/ui/use-url-state";
import { FlowCard } from "./FlowCard";
import { NewCampaign } from "./NewCampaign";
import { Outbox } from "./Outbox";
import { Preview } from "./Preview";
import { Suppressed } from "./Suppressed";

const VIEWS = ["flows", "outbox", "templates", "suppressed"] as const;

export default function Marketing() {
  const { t } = useTranslation();
  const [url, setUrl] = useUrlState();
  const query = useFlows();
  const view = VIEWS.find((each) => each === url.view) ?? "flows";
  return (
    <>
      <PageHeader
        title={t("nav.marketing")}
        aside={query.data && <Source provenance={query.data.provenance} />}
      />
      <div className="mb-4">
        <Segmented
          label={t("marketing.views")}
          value={view}
          onChange={(value) => setUrl({ view: value === "flows" ? "" : value, message: "" })}
          options={VIEWS.map((value) => ({ value, label: t(`marketing.view.${value}`) }))}
        />
      </div>
      <QueryView
        query={query}
        isEmpty={(flows) => view === "flows" && flows.data.length === 0}
        empty={{ title: t("marketing.none"), body: t("marketing.noneHow") }}
        partial={query.data?.provenance.partial ? t("marketing.partial") : null}
      >
        {(flows) =>
          view === "flows" ? (
            <>
              <NewCampaign />
              <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
                {flows.data.map((flow) => (
                  <FlowCard key={flow.id} flow={flow} />
                ))}
              </div>
            </>
          ) : view === "outbox" ? (
            <Outbox carrier={flows.carrier} />
          ) : view === "suppressed" ? (
            <Suppressed />
          ) : (
            <Preview templates={flows.templates} />
          )
        }
      </QueryView>
    </>
  );
}
