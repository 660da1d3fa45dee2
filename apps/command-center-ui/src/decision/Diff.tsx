/** What is, what is proposed, and after execution what was written and read back. */
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Change, DecisionStatus } from "@/api/types";
import { useFormat } from "@/format/use-format";

const PROSE_FROM = 80;

interface DiffProps {
  changes: Change[];
  status: DecisionStatus;
}

export function Diff({ changes, status }: DiffProps) {
  return (
    <div className="mt-4 space-y-2">
      {changes.map((change) => (
        <Line key={change.field} change={change} named={changes.length > 1} status={status} />
      ))}
    </div>
  );
}

function Line({
  change,
  named,
  status,
}: {
  change: Change;
  named: boolean;
  status: DecisionStatus;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const show = (value: string | null) =>
    value === null ? t("state.none") : format.quantity(value, change.unit);
  const written = change.written !== null;
  const replaced = status === "proposed" || written;
  // What has no value now is not struck out as "none": only what is proposed is shown.
  const isNew = change.now === null && !written;
  const columns = isProse(change)
    ? "grid-cols-1"
    : written
      ? "grid-cols-3 max-md:gap-2"
      : "grid-cols-2";
  if (change.now !== null && change.now === change.proposed) {
    return <Term name={fieldName(change.field, t)} value={show(change.now)} />;
  }
  return (
    <div>
      {named && <p className="mb-1 text-meta text-muted">{fieldName(change.field, t)}</p>}
      <dl className={`grid gap-3 ${columns}`}>
        {!isNew && (
          <Box label={t("decision.now")}>
            {replaced && change.now !== null ? (
              <del className="text-bad">{show(change.now)}</del>
            ) : (
              show(change.now)
            )}
          </Box>
        )}
        <Box label={t("decision.proposed")}>
          <ins className="text-ok no-underline">
            {change.proposed === null && isNew ? t("state.unknown") : show(change.proposed)}
          </ins>
        </Box>
        {written && (
          <Box label={t("decision.written")}>
            <span className="text-fg">{show(change.written)}</span>
          </Box>
        )}
      </dl>
    </div>
  );
}

/** Words to read, such as a reply's: they need the whole width. */
function isProse(change: Change): boolean {
  return [change.now, change.proposed].some((value) => (value?.length ?? 0) > PROSE_FROM);
}

/** What the change rests on and leaves as it is. */
function Term({ name, value }: { name: string; value: string }) {
  return (
    <p className="text-dense text-muted">
      {name}: <span className="text-fg tabular-nums">{value}</span>
    </p>
  );
}

function fieldName(field: string, t: TFunction): string {
  return t(`field.${field.replaceAll(" ", "_")}` as "field.price", {
    defaultValue: field.replaceAll("_", " "),
  });
}

function Box({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="min-w-0 rounded-row border border-line px-3 py-2">
      <dt className="text-meta text-muted">{label}</dt>
      <dd className="text-lead whitespace-pre-line break-words tabular-nums">{children}</dd>
    </div>
  );
}
