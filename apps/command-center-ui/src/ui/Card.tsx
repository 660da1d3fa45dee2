/** A bordered surface with an optional heading line. */
import type { ReactNode } from "react";
import { cx } from "./cx";

interface CardProps {
  title?: ReactNode;
  /** Sits at the right end of the heading line. */
  aside?: ReactNode;
  brass?: boolean;
  className?: string | undefined;
  children: ReactNode;
  label?: string;
}

export function Card({ title, aside, brass, className, children, label }: CardProps) {
  return (
    <section
      aria-label={label}
      className={cx(
        "rounded-card border border-line bg-surface p-4",
        brass && "brass-rule",
        className,
      )}
    >
      {(title || aside) && (
        <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
          {title && <h2 className="text-lead">{title}</h2>}
          {aside && <div className="text-meta text-muted">{aside}</div>}
        </div>
      )}
      {children}
    </section>
  );
}
