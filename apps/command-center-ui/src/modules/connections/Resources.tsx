/** What the local copy holds of each kind of object, how far the reading is, and how fresh. */
import { useTranslation } from "react-i18next";
import type { StoreConnection } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Meter } from "@/ui/Meter";
import { Age, MachineAge } from "@/ui/Time";
import { type Tone, ToneWord } from "@/ui/Tone";

type Resource = StoreConnection["resources"][number];

const TONE: Record<Resource["stage"], Tone> = {
  not_granted: "warn",
  waiting: "muted",
  preparing: "info",
  reading: "info",
  interrupted: "bad",
  read: "ok",
};

export function Resources({ connection }: { connection: StoreConnection }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t("connect.fresh")}>
      <h3 className="font-sans text-dense font-medium">{t("connect.fresh")}</h3>
      <ul className="mt-1 divide-y divide-line text-dense">
        {connection.resources.map((resource) => (
          <li key={resource.name} className="py-1.5">
            <Row resource={resource} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ resource }: { resource: Resource }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { stage, count, expected, prepared } = resource;
  const name = t(`connect.resource.${resource.name}` as "connect.resource.orders");
  const busy = stage === "preparing" || stage === "reading";
  const partly = expected !== null && stage !== "read";
  return (
    <>
      <div className="flex flex-wrap justify-between gap-x-4">
        <span>
          {name}{" "}
          <span className="tabular-nums text-muted">
            {partly
              ? t("connections.of", { value: format.count(count), total: format.count(expected) })
              : format.count(count)}
          </span>
        </span>
        <ToneWord tone={TONE[stage]} busy={busy} className="text-muted">
          {t(`connect.stage.${stage}`)}
        </ToneWord>
      </div>
      <p className="flex flex-wrap justify-between gap-x-4 text-meta text-muted empty:hidden">
        <Since resource={resource} />
        {stage === "preparing" && prepared !== null && (
          <span className="tabular-nums">
            {t("connect.prepared", { value: format.count(prepared) })}
          </span>
        )}
        {resource.newest_at && (
          <span>
            {t("connect.newest")} <Age at={resource.newest_at} />
          </span>
        )}
      </p>
      {busy && expected ? <Meter label={name} share={Math.min(count / expected, 1)} /> : null}
    </>
  );
}

function Since({ resource }: { resource: Resource }) {
  const { t } = useTranslation();
  if (resource.read_at)
    return (
      <span>
        {t("connect.readAt")} <MachineAge at={resource.read_at} />
      </span>
    );
  if (resource.started_at)
    return (
      <span>
        {t("connect.startedAt")} <MachineAge at={resource.started_at} />
      </span>
    );
  return null;
}
