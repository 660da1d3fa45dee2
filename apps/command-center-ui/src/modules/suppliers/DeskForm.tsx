/** Where a supplier takes orders over HTTP, and what it calls things. */
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "@/ui/Card";
import { cx } from "@/ui/cx";
import { type DeskDraft, MAPS, wrongLine } from "./desk";
import { Line } from "./Line";

interface DeskFormProps {
  desk: DeskDraft;
  onChange: (desk: DeskDraft) => void;
  disabled: boolean;
}

const PATHS = ["place", "track", "cancel"] as const;
// Names and words as the API takes them.
const NAMES = {
  request:
    "reference, lines, name, address1, address2, city, postal_code, country, province, phone, email",
  line: "supplier_sku, quantity, unit_cost, title",
  response:
    "orders, id, reference, status, promised_at, shipped_at, delivered_at, total, currency, tracking_number, carrier, tracking_url, lines, line_sku, line_shipped, line_gone",
  statuses: "accepted, stopped, partial, shipped, delivered, cancelled, refused",
};

export function DeskForm({ desk, onChange, disabled }: DeskFormProps) {
  const { t } = useTranslation();
  return (
    <Card title={t("suppliers.desk.title")}>
      <div className="grid gap-3">
        <p className="text-dense text-muted">{t("suppliers.desk.body")}</p>
        <Line
          label={t("suppliers.desk.url")}
          hint={t("suppliers.urlHint")}
          value={desk.url}
          disabled={disabled}
          onChange={(url) => onChange({ ...desk, url })}
        />
        {desk.url && (
          <>
            {PATHS.map((name) => (
              <Line
                key={name}
                label={t(`suppliers.desk.${name}`)}
                value={desk[name]}
                disabled={disabled}
                onChange={(path) => onChange({ ...desk, [name]: path })}
              />
            ))}
            <p className="text-dense text-muted">{t("suppliers.desk.names")}</p>
            {MAPS.map((name) => (
              <Lines
                key={name}
                label={t(`suppliers.desk.${name}`)}
                hint={t(`suppliers.desk.hint.${name}`, { names: NAMES[name] })}
                value={desk[name]}
                disabled={disabled}
                onChange={(text) => onChange({ ...desk, [name]: text })}
              />
            ))}
          </>
        )}
      </div>
    </Card>
  );
}

interface LinesProps {
  label: string;
  hint: string;
  value: string;
  onChange: (value: string) => void;
  disabled: boolean;
}

function Lines({ label, hint, value, onChange, disabled }: LinesProps) {
  const { t } = useTranslation();
  const id = useId();
  const wrong = wrongLine(value);
  return (
    <div>
      <label htmlFor={id} className="block text-dense">
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        value={value}
        disabled={disabled}
        spellCheck={false}
        autoCapitalize="off"
        aria-invalid={wrong ? true : undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
        className={cx(
          "mt-1 w-full rounded-control border bg-surface p-2 font-mono text-dense disabled:opacity-60 max-md:text-lead",
          wrong ? "border-bad" : "border-line-strong",
        )}
      />
      <p
        id={`${id}-hint`}
        className={cx("mt-1 break-words text-meta", wrong ? "text-bad" : "text-muted")}
      >
        {wrong ? t("suppliers.desk.wrong", { line: wrong }) : hint}
      </p>
    </div>
  );
}
