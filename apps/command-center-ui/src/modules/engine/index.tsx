/** The durable engine as the operator needs it: what waits, who works, what is due, what ran. */
import { useTranslation } from "react-i18next";
import { useEngine } from "@/api/engine";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { MachineAge } from "@/ui/Time";
import { GivenUp } from "@/work/GivenUp";
import { Queues } from "./Queues";
import { RunList } from "./RunList";
import { Schedules } from "./Schedules";
import { Workers } from "./Workers";

export default function EnginePage() {
  const { t } = useTranslation();
  const query = useEngine();
  const living = query.data?.workers.some((worker) => worker.alive) ?? true;
  return (
    <>
      <PageHeader
        title={t("nav.engine")}
        aside={
          query.data && (
            <span>
              {t("engine.asOf")} <MachineAge at={query.data.as_of} />
            </span>
          )
        }
      />
      <GivenUp />
      <QueryView query={query} partial={living ? null : t("engine.noneAlive")}>
        {(engine) => (
          <div className="mb-4 grid grid-cols-1 items-start gap-4 xl:grid-cols-2">
            <Queues engine={engine} />
            <Workers workers={engine.workers} />
            <div className="xl:col-span-2">
              <Schedules schedules={engine.schedules} />
            </div>
          </div>
        )}
      </QueryView>
      <RunList />
    </>
  );
}
