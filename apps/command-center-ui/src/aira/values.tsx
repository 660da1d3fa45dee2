/** One value of a tool's result, by the kind its column says. */

import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isCurrency, isDecimal, type Money } from "@/format/money";
import { type Format, useFormat } from "@/format/use-format";
import { Moment } from "@/ui/Time";
import { MarkdownLink } from "./Markdown";
import type { Column } from "./protocol";

export const RIGHT: ReadonlySet<Column["kind"]> = new Set(["money", "number", "percent"]);

function isMoney(value: unknown): value is Money {
  return typeof value === "object" && value !== null && "amount" in value && "currency" in value;
}

/** Any value as a line of text; what is not known says so. */
function plain(value: unknown, t: TFunction, format: Format): string {
  if (value === null || value === undefined) return t("state.unknown");
  if (isMoney(value)) return format.money(value);
  if (Array.isArray(value)) return value.map((each) => plain(each, t, format)).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  if (typeof value === "boolean") return t(value ? "aira.yes" : "aira.no");
  return String(value);
}

interface ValueProps {
  value: unknown;
  kind: Column["kind"];
  /** What a plain number counts, when its row says so. */
  unit?: unknown;
}

export function Value({ value, kind, unit }: ValueProps): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  if (value === null || value === undefined) {
    return <span className="text-muted">{t("state.unknown")}</span>;
  }
  const text = plain(value, t, format);
  switch (kind) {
    case "number":
      if (typeof unit === "string" && isCurrency(unit)) return format.quantity(text, unit);
      return format.decimal(text);
    case "percent":
      return isDecimal(text) ? format.percent(text) : text;
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(text) ? format.date(text) : text;
    case "time":
      return Number.isNaN(Date.parse(text)) ? text : <Moment at={text} />;
    case "status":
      return t(`status.${text}` as "status.proposed", { defaultValue: text.replaceAll("_", " ") });
    case "link":
      return <MarkdownLink href={text}>{text}</MarkdownLink>;
    default:
      return text;
  }
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

/** What a value without a column most likely is. */
export function kindOf(value: unknown): Column["kind"] {
  if (isMoney(value)) return "money";
  if (typeof value === "number") return "number";
  if (typeof value !== "string") return "text";
  if (ISO_TIME.test(value)) return "time";
  if (ISO_DATE.test(value)) return "date";
  return /^\/[a-z]/.test(value) ? "link" : "text";
}
