/** The worker processes: their sign of life, version and load. */
import { useTranslation } from "react-i18next";
import type { EngineWorker } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { Empty } from "@/ui/states";
import { MachineAge, Moment } from "@/ui/Time";
import { ToneWord } from "@/ui/Tone";

export function Workers({ workers }: { workers: EngineWorker[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card title={t("engine.workers")}>
      {workers.length === 0 && (
        <Empty title={t("engine.noWorkers")} body={t("engine.noWorkersHow")} />
      )}
      <ul className="divide-y divide-line">
        {workers.map((worker) => (
          <li key={worker.id} className="py-2 text-dense">
            <span className="flex flex-wrap items-baseline justify-between gap-x-4">
              <span className="min-w-0 font-mono text-meta break-all">{worker.id}</span>
              <ToneWord tone={worker.alive ? "ok" : "bad"}>
                {t(worker.alive ? "engine.alive" : "engine.gone")}
              </ToneWord>
            </span>
            <dl className="mt-1 flex flex-wrap gap-x-5 gap-y-1 text-meta text-muted">
              <Fact label={t("engine.heartbeat")}>
                <MachineAge at={worker.heartbeat_at} />
              </Fact>
              <Fact label={t("engine.load")}>{format.count(worker.running)}</Fact>
              <Fact label={t("engine.since")}>
                <Moment at={worker.started_at} />
              </Fact>
              <Fact label={t("engine.version")}>{worker.version}</Fact>
            </dl>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex gap-1.5">
      <dt>{label}</dt>
      <dd className="text-fg">{children}</dd>
    </div>
  );
}
