/** An order desk as it is typed: maps as lines of "name = path". */
import type { DeskSettings } from "@/api/types";

export const MAPS = ["request", "line", "response", "statuses"] as const;
type MapName = (typeof MAPS)[number];

export interface DeskDraft extends Record<MapName, string> {
  url: string;
  place: string;
  track: string;
  cancel: string;
}

const lines = (map: Record<string, string> | undefined) =>
  Object.entries(map ?? {})
    .map(([name, path]) => `${name} = ${path}`)
    .join("\n");

export function deskDraft(desk: DeskSettings | null | undefined): DeskDraft {
  return {
    url: desk?.url ?? "",
    place: desk?.place ?? "/orders",
    track: desk?.track ?? "/orders?reference={reference}",
    cancel: desk?.cancel ?? "/orders/{id}/cancel",
    request: lines(desk?.request),
    line: lines(desk?.line),
    response: lines(desk?.response),
    statuses: lines(desk?.statuses),
  };
}

/** The first line that is no "name = path"; a path may be empty, a name may not. */
export function wrongLine(text: string): string | undefined {
  return text.split("\n").find((line) => line.trim() !== "" && !/^[^=]*\S[^=]*=/.test(line));
}

function map(text: string): Record<string, string> {
  const named = text.split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(
    named.map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

/** What was typed as settings: without an address there is no desk. */
export function deskSet({ url, place, track, cancel, ...maps }: DeskDraft) {
  if (!url.trim()) return null;
  const read = Object.fromEntries(MAPS.map((name) => [name, map(maps[name])]));
  return { url: url.trim(), place, track, cancel, ...read };
}
