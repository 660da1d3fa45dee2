/** Small figures the customers' pages share. */
import type { Customer, CustomerDetail } from "@/api/types";
import type { Format } from "@/format/use-format";

type Expected = NonNullable<Customer["expected"]>;

/** The probability of an order within the year, in percent, as a decimal string. */
export function backPercent(expected: Expected): string {
  return (100 - Number(expected.churn_risk_percent)).toFixed(2);
}

type Known = Pick<CustomerDetail["facts"][number], "kind" | "value">;

/** A fact as people read it: shares as percentages, days and amounts in the reader's notation. */
export function factText({ kind, value }: Known, currency: string, format: Format): string | null {
  if (value === null) return null;
  if (kind === "share") return format.percent((Number(value) * 100).toFixed(2));
  if (kind === "money") return format.money({ amount: value, currency });
  if (kind === "day") return format.date(value);
  if (kind === "count" || kind === "number") return format.decimal(value);
  return value || "–";
}
