// Runs axe in a real browser, colours included, on every page of a running command center:
//   node tests/harness/contrast.mjs http://127.0.0.1:4173
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const base = process.argv[2] ?? "http://127.0.0.1:4173";
const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGES = [
  "/",
  "/approvals/dec_bridle",
  "/agents",
  "/agents/inventory_pricing",
  "/runs/run_1842",
  "/products",
  "/products/prod_0",
  "/orders",
  "/orders/order_0",
  "/activity",
  "/policies",
  "/connections",
];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
let found = 0;
for (const viewport of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
]) {
  for (const colorScheme of ["dark", "light"]) {
    const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true });
    const page = await context.newPage();
    for (const path of PAGES) {
      await page.goto(base + path);
      await page.waitForTimeout(700);
      await page.evaluate(source);
      const violations = await page.evaluate(async () => (await globalThis.axe.run()).violations);
      for (const violation of violations) {
        found += 1;
        console.log(viewport.width, colorScheme, path, violation.id);
        for (const node of violation.nodes.slice(0, 3)) console.log("   ", node.html.slice(0, 160));
      }
    }
    await context.close();
  }
}
await browser.close();
console.log(`${found} violations`);
process.exit(found ? 1 : 0);
