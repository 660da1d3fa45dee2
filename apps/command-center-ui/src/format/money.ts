/** Money and numbers for reading: amounts stay decimal strings from the wire to Intl, never floats. */

export interface Money {
  amount: string;
  currency: string;
}

type DecimalString = Intl.StringNumericLiteral;

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale}|${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale, options);
    formatters.set(key, found);
  }
  return found;
}

/** A true minus is as wide as a plus, so signed columns stay in line. */
const MINUS = "\u2212";

const DECIMAL = /^-?\d+(\.\d+)?$/;

export function isDecimal(value: string): value is DecimalString {
  return DECIMAL.test(value);
}

export function isCurrency(unit: string): boolean {
  return /^[A-Z]{3}$/.test(unit);
}

interface MoneyOptions {
  /** Whole units only, for headline figures. */
  whole?: boolean;
  /** At most so many decimals, for amounts below a cent. */
  belowCent?: number;
  /** Show a plus sign on gains. */
  signed?: boolean;
}

export function formatMoney(money: Money, locale: string, options: MoneyOptions = {}): string {
  if (!isDecimal(money.amount)) return `${money.amount} ${money.currency}`;
  return formatter(locale, {
    style: "currency",
    currency: money.currency,
    ...(options.whole ? { maximumFractionDigits: 0 } : {}),
    ...(options.belowCent ? { maximumFractionDigits: options.belowCent } : {}),
    ...(options.signed ? { signDisplay: "exceptZero" } : {}),
  })
    .format(money.amount)
    .replace("-", MINUS);
}

interface DecimalOptions {
  digits?: number;
  signed?: boolean;
}

/** A decimal string in the reader's notation; text that is no number is returned untouched. */
export function formatDecimal(value: string, locale: string, options: DecimalOptions = {}): string {
  if (!isDecimal(value)) return value;
  return formatter(locale, {
    maximumFractionDigits: options.digits ?? 2,
    ...(options.signed ? { signDisplay: "exceptZero" } : {}),
  })
    .format(value)
    .replace("-", MINUS);
}

export function formatCount(value: number, locale: string): string {
  return formatter(locale, {}).format(value);
}

export function formatPercent(value: string, locale: string, options: DecimalOptions = {}): string {
  return `${formatDecimal(value, locale, { digits: 1, ...options })}%`;
}

/** A value with its unit: a currency code, `percent`, or a word such as `units per week`. */
export function formatQuantity(
  value: string,
  unit: string,
  locale: string,
  options: DecimalOptions & MoneyOptions = {},
): string {
  if (!isDecimal(value)) return unit === "percent" && /^\d/.test(value) ? `${value}%` : value;
  if (isCurrency(unit)) return formatMoney({ amount: value, currency: unit }, locale, options);
  if (unit === "percent") return formatPercent(value, locale, options);
  const number = formatDecimal(value, locale, options);
  return unit && unit !== "fraction" ? `${number} ${unit}` : number;
}

/** Sign of a decimal string without reading it as a float. */
export function signOf(value: string): -1 | 0 | 1 {
  if (!/[1-9]/.test(value)) return 0;
  return value.startsWith("-") ? -1 : 1;
}

const SCALE = 8;

function scaled(text: string): bigint {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const digits = BigInt(whole + fraction.padEnd(SCALE, "0").slice(0, SCALE));
  return text.startsWith("-") ? -digits : digits;
}

/** Exact comparison of two decimal strings. */
export function compareDecimal(a: string, b: string): number {
  const difference = scaled(a) - scaled(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Exact sum of amounts in one currency, as a decimal string. */
export function sumMoney(amounts: string[]): string {
  return unscaled(amounts.reduce((sum, text) => sum + scaled(text), 0n));
}

/** Exact difference of two decimal strings. */
export function difference(a: string, b: string): string {
  return unscaled(scaled(a) - scaled(b));
}

function unscaled(total: bigint): string {
  const digits = (total < 0n ? -total : total).toString().padStart(SCALE + 1, "0");
  return `${total < 0n ? "-" : ""}${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`;
}
