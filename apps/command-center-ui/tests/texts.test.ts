/** Types know every text there is; a page has only those it loads. Each page is held to its own. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describe, expect, test } from "vitest";

type Texts = { [key: string]: Texts | string };

const src = resolve(import.meta.dirname, "../src");
const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});
const sourceOf = new Map(
  Object.entries(sources).map(([path, text]) => [resolve(import.meta.dirname, path), text]),
);

function textsOf(module: string): Texts {
  return JSON.parse(readFileSync(resolve(src, `modules/${module}/texts.en.json`), "utf8"));
}

function merged(all: Texts[]): Texts {
  const whole: Texts = {};
  for (const texts of all) {
    for (const [key, value] of Object.entries(texts)) {
      const known = whole[key];
      whole[key] =
        typeof known === "object" && typeof value === "object" ? merged([known, value]) : value;
    }
  }
  return whole;
}

/** Plural forms are written `key_one` and asked for as `key`. */
function has(texts: Texts, path: string): boolean {
  const parts = path.split(".");
  const last = parts.pop() as string;
  let at: Texts | string | undefined = texts;
  for (const part of parts) at = typeof at === "object" ? at[part] : undefined;
  return typeof at === "object" && (last in at || `${last}_one` in at || `${last}_other` in at);
}

function fileOf(asked: string, from: string): string | undefined {
  const base = asked.startsWith("@/")
    ? resolve(src, asked.slice(2))
    : resolve(dirname(from), asked);
  return [`${base}.ts`, `${base}.tsx`, `${base}/index.ts`, `${base}/index.tsx`].find((path) =>
    sourceOf.has(path),
  );
}

/** The file and all it imports at once; what it imports later brings its own texts. */
function loadedWith(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, asked] of (sourceOf.get(file) ?? "").matchAll(/\bfrom\s+"((?:@\/|\.)[^"]*)"/g)) {
    const next = fileOf(asked as string, file);
    if (next) loadedWith(next, seen);
  }
  return seen;
}

/** Every quoted dotted name that is a text somewhere, and the fixed start of every composed one. */
function namesIn(source: string, everything: Texts): string[] {
  const quoted = [...source.matchAll(/"([a-zA-Z]\w*(?:\.\w+)+)"/g)].map(([, name]) => name);
  const composed = [...source.matchAll(/`([a-zA-Z]\w*(?:\.\w+)*)\.\$\{/g)].map(([, name]) => name);
  return [...quoted, ...composed].filter(
    (name): name is string => name !== undefined && has(everything, name),
  );
}

const app = readFileSync(resolve(src, "App.tsx"), "utf8");
const pages = [
  ...app.matchAll(
    /const (\w+) = (?:page\(|withTexts\(\[)([^()]*?)\]?,?\s*\(\) =>\s*import\("([^"]+)"\)([^()]*)\)/g,
  ),
].map(([, name, before, path, after]) => ({
  name: name as string,
  path: path as string,
  modules: [...`${before} ${after}`.matchAll(/"(\w+)"/g)].map(([, module]) => module as string),
}));

const shell: Texts = JSON.parse(readFileSync(resolve(src, "i18n/en.json"), "utf8"));
const work: Texts = JSON.parse(readFileSync(resolve(src, "work/texts.en.json"), "utf8"));
const modules = [
  ...new Set(
    [...sourceOf.keys()].flatMap((path) => path.match(/\/src\/modules\/(\w+)\//)?.[1] ?? []),
  ),
];
const everything = merged([shell, work, ...modules.map(textsOf)]);

describe("a page opened alone has every text it shows", () => {
  test("each page of App.tsx is looked at", () => {
    const declared = app.match(/^ {2}\["\/[^"]*", (\w+)\],$/gm) ?? [];
    expect(new Set(pages.map((page) => page.name)).size).toBe(
      new Set(declared.map((line) => line.match(/(\w+)\],$/)?.[1])).size,
    );
  });

  test.each(pages)("$name", ({ path, modules: loaded }) => {
    const own = merged([shell, work, ...loaded.map(textsOf)]);
    const entry = fileOf(path, resolve(src, "App.tsx"));
    expect(entry).toBeDefined();
    const missing = [...loadedWith(entry as string)].flatMap((file) =>
      namesIn(sourceOf.get(file) as string, everything)
        .filter((name) => !has(own, name))
        .map((name) => `${name} in ${file.slice(src.length + 1)}`),
    );
    expect(missing).toEqual([]);
  });

  // Units are written on pages only; `run.<agent>` is a command's name.
  const notSaid = new Set(["unit", "unit.days", "run"]);

  test("the first visit needs the shell's only", () => {
    const missing = [...loadedWith(resolve(src, "main.tsx"))].flatMap((file) =>
      namesIn(sourceOf.get(file) as string, everything)
        .filter((name) => !has(shell, name) && !notSaid.has(name))
        .map((name) => `${name} in ${file.slice(src.length + 1)}`),
    );
    expect(missing).toEqual([]);
  });
});
