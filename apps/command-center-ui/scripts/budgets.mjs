// Checks the sizes a first visit and each page cost, gzipped, from the build manifest.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);
const KB = 1024;
const BUDGETS = { initial: 150, css: 15, chunk: 60, fonts: 70 };

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"));
const gz = (file) => gzipSync(readFileSync(new URL(file, DIST)), { level: 9 }).length / KB;

function closure(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) closure(next, seen);
  return seen;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const initial = closure(entry);
// A first visit also fetches one language.
const languages = Object.keys(manifest).filter((key) => key.startsWith("src/i18n/"));
const language = Math.max(0, ...languages.map((key) => gz(manifest[key].file)));

const initialSize = [...initial].reduce((sum, key) => sum + gz(manifest[key].file), 0) + language;
const css = new Set(Object.values(manifest).flatMap((chunk) => chunk.css ?? []));
const cssSize = [...css].reduce((sum, file) => sum + gz(file), 0);
const fonts = readdirSync(new URL("assets/", DIST)).filter((name) => name.endsWith(".woff2"));
const fontSize = fonts.reduce(
  (sum, name) => sum + readFileSync(new URL(`assets/${name}`, DIST)).length / KB,
  0,
);

const rows = [
  ["initial JS with one language", initialSize, BUDGETS.initial],
  ["CSS", cssSize, BUDGETS.css],
  ["fonts (woff2)", fontSize, BUDGETS.fonts],
];
for (const key of Object.keys(manifest)) {
  const chunk = manifest[key];
  if (!chunk.isDynamicEntry || initial.has(key)) continue;
  const own = [...closure(key)].filter((part) => !initial.has(part));
  rows.push([key, own.reduce((sum, part) => sum + gz(manifest[part].file), 0), BUDGETS.chunk]);
}

let over = 0;
for (const [name, size, budget] of rows) {
  const fits = size <= budget;
  if (!fits) over += 1;
  console.log(`${fits ? "ok  " : "OVER"} ${size.toFixed(1).padStart(7)} / ${budget} KB  ${name}`);
}
if (over > 0) process.exit(1);
