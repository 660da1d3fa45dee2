import { expect, test } from "vitest";
import { navigation } from "@/config/navigation";

test("each letter goes to one page, each page has one address", () => {
  for (const own of ["letter", "path", "id"] as const) {
    const all = navigation.map((entry) => entry[own]);
    expect(new Set(all).size, own).toBe(all.length);
  }
});
