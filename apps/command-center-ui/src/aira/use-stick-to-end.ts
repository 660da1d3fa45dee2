/** Keeps the newest words in sight while they come, unless the reader has scrolled up. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 160;

/** The element that scrolls around `element`; the page itself when none does. */
function scrollerOf(element: HTMLElement): HTMLElement {
  for (let at = element.parentElement; at; at = at.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  }
  return document.documentElement;
}

function isAtEnd({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean {
  return scrollHeight - scrollTop - clientHeight < NEAR_PX;
}

function toEnd(scroller: HTMLElement): void {
  scroller.scrollTop = scroller.scrollHeight;
}

/** `signal` changes whenever there may be more to see; without words there is no end to keep to. */
export function useStickToEnd(
  inside: RefObject<HTMLElement | null>,
  signal: unknown,
  hasWords: boolean,
): { away: boolean; goToEnd: () => void } {
  const stuck = useRef(true);
  const [away, setAway] = useState(false);

  useEffect(() => {
    const element = inside.current;
    if (!element) return;
    const scroller = scrollerOf(element);
    const target = scroller === document.documentElement ? globalThis : scroller;
    const onScroll = () => {
      stuck.current = isAtEnd(scroller);
      setAway(hasWords && !stuck.current);
    };
    // Charts and details grow after the words that came with them.
    const growth = new ResizeObserver(() => hasWords && stuck.current && toEnd(scroller));
    growth.observe(element);
    target.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      growth.disconnect();
      target.removeEventListener("scroll", onScroll);
    };
  }, [inside, hasWords]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the signal stands for what is shown
  useLayoutEffect(() => {
    if (hasWords && stuck.current && inside.current) toEnd(scrollerOf(inside.current));
  }, [signal, inside, hasWords]);

  const goToEnd = useCallback(() => {
    stuck.current = true;
    setAway(false);
    if (inside.current) toEnd(scrollerOf(inside.current));
  }, [inside]);
  return { away, goToEnd };
}
