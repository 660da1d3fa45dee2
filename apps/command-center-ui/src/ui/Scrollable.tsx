/** What may be wider or longer than its place: it scrolls, also from the keyboard. */
import type { ReactNode } from "react";
import { cx } from "./cx";

interface ScrollableProps {
  label: string;
  className?: string;
  children: ReactNode;
}

export function Scrollable({ label, className, children }: ScrollableProps) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus there is no scrolling by keyboard
      tabIndex={0}
      className={cx("overflow-auto rounded-row border border-line", className)}
    >
      {children}
    </section>
  );
}
