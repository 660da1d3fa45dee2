/** The heading of a page with what can be done on it. */
import { type ReactNode, useEffect } from "react";

interface PageHeaderProps {
  title: string;
  eyebrow?: ReactNode;
  aside?: ReactNode;
}

export function PageHeader({ title, eyebrow, aside }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Royal Equips`;
  }, [title]);
  return (
    <header className="mb-5 flex flex-wrap items-end justify-between gap-x-5 gap-y-2">
      <div className="min-w-0">
        {eyebrow && <p className="caps mb-1 text-accent">{eyebrow}</p>}
        <h1 className="text-h1 max-md:text-h2">{title}</h1>
      </div>
      {aside && (
        <div className="flex flex-wrap items-center gap-2 text-dense text-muted">{aside}</div>
      )}
    </header>
  );
}
