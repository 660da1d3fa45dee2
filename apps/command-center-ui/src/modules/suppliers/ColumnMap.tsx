/** Which column of a feed holds what. */
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/Button";
import { Select } from "@/ui/fields";
import { FIELDS } from "./words";

interface ColumnMapProps {
  columns: readonly string[];
  chosen: Record<string, string>;
  onChange: (chosen: Record<string, string>) => void;
  disabled: boolean;
}

export function ColumnMap({ columns, chosen, onChange, disabled }: ColumnMapProps) {
  const { t } = useTranslation();
  if (columns.length === 0) return <p className="text-muted">{t("suppliers.previewNone")}</p>;
  const set = (field: string, column: string) => {
    const { [field]: _, ...others } = chosen;
    onChange(column ? { ...others, [field]: column } : others);
  };
  return (
    <div className="grid gap-2">
      <p className="text-dense text-muted">{t("suppliers.columnsBody")}</p>
      {FIELDS.map((field) => (
        <div key={field} className="grid grid-cols-2 items-center gap-2">
          <span className="text-dense">{t(`suppliers.field.${field}`)}</span>
          <Select
            label={t(`suppliers.field.${field}`)}
            value={chosen[field] ?? ""}
            disabled={disabled}
            onChange={(column) => set(field, column)}
            options={[
              { value: "", label: t("suppliers.none") },
              ...columns.map((column) => ({ value: column, label: column })),
            ]}
          />
        </div>
      ))}
      <div>
        <Button small disabled={disabled} onClick={() => onChange({})}>
          {t("suppliers.guess")}
        </Button>
      </div>
    </div>
  );
}
