/** Each queue: how much waits, since when, and how many of its places are taken. */
import { useTranslation } from "react-i18next";
import type { Engine, EngineQueue } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { Note } from "@/ui/states";
import { MachineAge } from "@/ui/Time";

export function Queues({ engine }: { engine: Engine }) {
  const { t } = useTranslation();
  return (
    <Card title={t("engine.queues")}>
      {engine.untaken > 0 && (
        <Note tone="warn">{t("engine.untaken", { count: engine.untaken })}</Note>
      )}
      <table className="w-full text-dense">
        <thead className="text-left text-meta text-muted">
          <tr>
            <th scope="col" className="pb-1 font-normal">
              {t("engine.purpose")}
            </th>
            <th scope="col" className="pb-1 text-right font-normal">
              {t("engine.waits")}
            </th>
            <th scope="col" className="pb-1 text-right font-normal">
              {t("engine.oldest")}
            </th>
            <th scope="col" className="pb-1 text-right font-normal">
              {t("engine.running")}
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {engine.queues.map((queue) => (
            <Row key={queue.name} queue={queue} />
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Row({ queue }: { queue: EngineQueue }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <tr className="tabular-nums">
      <th scope="row" className="py-1.5 text-left font-normal">
        {t(`engine.queue.${queue.name}` as "engine.queue.sync", { defaultValue: queue.name })}
        <span className="block text-meta text-muted">
          {t("engine.polls", { seconds: format.decimal(String(queue.poll_seconds)) })}
        </span>
      </th>
      <td className="text-right">
        {queue.waiting === null ? t("engine.unknown") : format.count(queue.waiting)}
      </td>
      <td className="text-right">
        {queue.oldest_waiting_at ? <MachineAge at={queue.oldest_waiting_at} /> : "–"}
      </td>
      <td className="text-right">
        {t("engine.of", {
          running: format.count(queue.running),
          places: format.count(queue.places),
        })}
      </td>
    </tr>
  );
}
