/** A part of the page that is fetched when it is opened, together with the texts it speaks. */
import { type ComponentType, lazy } from "react";
import { loadTexts, WORK } from ".";

export function withTexts(modules: string[], load: () => Promise<{ default: ComponentType }>) {
  return lazy(async () => {
    const [loaded] = await Promise.all([load(), ...[WORK, ...modules].map(loadTexts)]);
    return loaded;
  });
}
