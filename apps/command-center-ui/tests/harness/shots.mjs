// Takes pictures of every page in both themes and at phone width:
//   node tests/harness/shots.mjs http://127.0.0.1:4173 /tmp/shots [page ...]
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [base = "http://127.0.0.1:4173", out = "shots", ...only] = process.argv.slice(2);
const PAGES = {
  today: "/",
  approvals: "/approvals",
  case: "/approvals/dec_bridle",
  agents: "/agents",
  agent: "/agents/inventory_pricing",
  effects: "/effects",
  run: "/runs/run_1842",
  products: "/products",
  product: "/products/prod_0",
  inventory: "/inventory?show=all",
  "inventory-item": "/inventory?show=all&item=v_bridle",
  "inventory-orders": "/inventory?view=orders",
  orders: "/orders",
  order: "/orders/order_0",
  customers: "/customers",
  cohorts: "/customers?view=cohorts",
  customer: "/customers/cus_1",
  activity: "/activity",
  policies: "/policies",
  connections: "/connections",
  // Needs a running installation: the tests' store does not speak for AIRA.
  aira: "/aira",
  engine: "/engine",
};
const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
for (const [size, viewport] of Object.entries(SIZES)) {
  for (const theme of ["dark", "light"]) {
    const context = await browser.newContext({
      viewport,
      colorScheme: theme,
      deviceScaleFactor: size === "phone" ? 2 : 1,
      hasTouch: size === "phone",
      serviceWorkers: "block",
    });
    const page = await context.newPage();
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) console.log(size, theme, message.text());
    });
    page.on("pageerror", (error) => console.log(size, theme, "PAGE ERROR", error.message));
    if (process.env.LOGIN) await page.goto(process.env.LOGIN);
    for (const [name, path] of Object.entries(PAGES)) {
      if (only.length && !only.includes(name)) continue;
      await page.goto(base + path);
      await page.waitForTimeout(900);
      await page.screenshot({ path: `${out}/${name}-${size}-${theme}.png` });
    }
    await context.close();
  }
}
await browser.close();
