import { describe, expect, it } from "vitest";
import { compareDecimal, formatMoney, formatQuantity, signOf, sumMoney } from "@/format/money";
import { formatAge, formatDate, formatDateTime, hourIn } from "@/format/time";

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

describe("money", () => {
  it("keeps every digit of an amount that a float would round", () => {
    const text = formatMoney({ amount: "90071992547409931.27", currency: "EUR" }, "en-GB");
    expect(text).toBe("€90,071,992,547,409,931.27");
  });

  it("is written as its reader's language writes it", () => {
    expect(plain(formatMoney({ amount: "48210.35", currency: "EUR" }, "nl-NL"))).toBe(
      "€ 48.210,35",
    );
    expect(
      plain(formatMoney({ amount: "48210.35", currency: "EUR" }, "nl-NL", { whole: true })),
    ).toBe("€ 48.210");
  });

  it("uses the digits its currency has", () => {
    expect(formatMoney({ amount: "1200", currency: "JPY" }, "en-GB")).toMatch(/1,200$/);
    expect(formatMoney({ amount: "1.5", currency: "EUR" }, "en-GB")).toBe("€1.50");
  });

  it("sums and compares exactly", () => {
    expect(sumMoney(["0.1", "0.2", "-0.30"])).toBe("0.00000000");
    expect(sumMoney(["19.95", "0.05"])).toBe("20.00000000");
    expect(compareDecimal("9.95", "10.00")).toBe(-1);
    expect(compareDecimal("-2", "-1")).toBe(-1);
    expect(compareDecimal("89.00", "89")).toBe(0);
    expect(signOf("-0.00")).toBe(0);
    expect(signOf("-0.01")).toBe(-1);
  });

  it("shows text that is no number as it came", () => {
    expect(formatQuantity("draft", "", "en-GB")).toBe("draft");
    expect(formatQuantity("12.5", "percent", "nl-NL")).toBe("12,5%");
    expect(formatQuantity("120", "units", "en-GB")).toBe("120 units");
  });
});

describe("time", () => {
  it("is shown in the store's zone, not the machine's", () => {
    expect(formatDateTime("2026-07-01T22:30:00Z", "en-GB", "Europe/Amsterdam")).toContain("2 Jul");
    expect(hourIn("2026-07-01T22:30:00Z", "Europe/Amsterdam")).toBe(0);
  });

  it("leaves a calendar date on its day", () => {
    expect(formatDate("2026-11-01", "en-GB")).toBe("1 Nov 2026");
  });

  it("measures ages on the clock it is given", () => {
    const now = Date.parse("2026-11-22T10:00:00Z");
    expect(formatAge("2026-11-22T09:57:00Z", now, "en-GB")).toMatch(/^3 min/);
    expect(formatAge("2026-11-24T10:00:00Z", now, "en-GB")).toBe("in 2 days");
  });
});
