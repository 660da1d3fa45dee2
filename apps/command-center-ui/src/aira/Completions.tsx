/** The ways a command could go on, above the field. */
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Completion } from "@/api/aira";
import { cx } from "@/ui/cx";

interface CompletionsProps {
  id: string;
  options: readonly Completion[];
  active: number;
  onChoose: (at: number) => void;
}

export function optionId(id: string, at: number): string {
  return `${id}-option-${at}`;
}

export function Completions({ id, options, active, onChoose }: CompletionsProps) {
  const { t } = useTranslation();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView?.({ block: "nearest" });
  }, [active]);
  if (options.length === 0) return null;
  return (
    <div
      id={`${id}-options`}
      ref={list}
      role="listbox"
      aria-label={t("aira.commands")}
      className="absolute inset-x-0 bottom-full z-10 mb-2 max-h-64 animate-appear overflow-y-auto rounded-card border border-line-strong bg-surface p-1"
    >
      {options.map((option, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field that owns this list has the keys
        <div
          key={option.text}
          id={optionId(id, at)}
          role="option"
          tabIndex={-1}
          aria-selected={at === active}
          // The field keeps the focus: pressing an option must not take it.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(at)}
          className={cx(
            "flex min-h-9 cursor-pointer flex-wrap items-baseline gap-x-3 rounded-row px-3 py-1.5 max-md:min-h-11",
            at === active ? "bg-accent-soft text-accent" : "hover:bg-raised",
          )}
        >
          <span className="font-mono text-dense">{option.label}</span>
          <span className="min-w-0 flex-1 truncate text-meta text-muted">{option.description}</span>
        </div>
      ))}
    </div>
  );
}
