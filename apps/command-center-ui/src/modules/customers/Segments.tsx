/** The saved segments with their members, one of them chosen, and the builder for one. */
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSegments } from "@/api/segments";
import { useMay } from "@/api/session";
import type { Segment } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { cx } from "@/ui/cx";
import { Dialog } from "@/ui/Dialog";
import { QueryView } from "@/ui/QueryView";
import { SegmentBuilder } from "./SegmentBuilder";

interface SegmentsProps {
  chosen: string;
  onChoose: (id: string) => void;
}

export function Segments({ chosen, onChoose }: SegmentsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useSegments();
  const may = useMay("segments:write");
  // What the builder is open for: a segment, a new one, or nothing.
  const [building, setBuilding] = useState<Segment | "new" | null>(null);
  const current = query.data?.data.find((segment) => segment.id === chosen);
  const close = () => setBuilding(null);
  return (
    <Card
      title={t("customers.segments.title")}
      aside={
        <Button
          small
          disabled={!may}
          title={may ? undefined : t("state.notAllowed")}
          icon={<Plus size={16} aria-hidden="true" />}
          onClick={() => setBuilding("new")}
        >
          {t("customers.segments.new")}
        </Button>
      }
    >
      <QueryView query={query}>
        {({ data, customers }) => (
          <ul className="space-y-1">
            <Choice
              name={t("customers.segments.everybody")}
              detail={format.count(customers)}
              chosen={chosen === ""}
              onChoose={() => onChoose("")}
            />
            {data.map((segment) => (
              <Choice
                key={segment.id}
                name={segment.name}
                detail={
                  segment.members === null
                    ? t("customers.segments.unreadable")
                    : format.count(segment.members)
                }
                chosen={segment.id === chosen}
                onChoose={() => onChoose(segment.id)}
              />
            ))}
            {data.length === 0 && (
              <li className="px-2 py-1 text-dense text-muted">{t("customers.segments.none")}</li>
            )}
          </ul>
        )}
      </QueryView>
      {current && (
        <div className="mt-3 border-t border-line pt-3">
          <code className="block text-meta break-words text-muted">{current.rule}</code>
          <Button small disabled={!may} onClick={() => setBuilding(current)}>
            {t("customers.segments.edit")}
          </Button>
        </div>
      )}
      <Dialog
        open={building !== null}
        onClose={close}
        title={building === "new" ? t("customers.segments.new") : (building?.name ?? "")}
      >
        {building && (
          <SegmentBuilder
            edited={building === "new" ? null : building}
            onSaved={(segment) => {
              close();
              onChoose(segment.id);
            }}
            onRemoved={() => {
              close();
              onChoose("");
            }}
          />
        )}
      </Dialog>
    </Card>
  );
}

interface ChoiceProps {
  name: string;
  detail: string;
  chosen: boolean;
  onChoose: () => void;
}

function Choice({ name, detail, chosen, onChoose }: ChoiceProps) {
  return (
    <li>
      <button
        type="button"
        aria-pressed={chosen}
        onClick={onChoose}
        className={cx(
          "motion-hover flex min-h-9 w-full items-baseline justify-between gap-3 rounded-row px-2 py-1.5 text-left max-md:min-h-11",
          chosen ? "bg-accent-soft text-accent" : "hover:bg-raised",
        )}
      >
        <span className="min-w-0 truncate">{name}</span>
        <span className="shrink-0 text-meta text-muted tabular-nums">{detail}</span>
      </button>
    </li>
  );
}
