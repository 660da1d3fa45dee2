/** Colour never speaks alone: a dot and its word. */
import type { ReactNode } from "react";
import { cx } from "./cx";

export type Tone = "ok" | "warn" | "bad" | "info" | "accent" | "muted";

const DOT: Record<Tone, string> = {
  ok: "bg-ok",
  warn: "bg-warn",
  bad: "bg-bad",
  info: "bg-info",
  accent: "bg-accent",
  muted: "bg-line-strong",
};

export const TEXT: Record<Tone, string> = {
  ok: "text-ok",
  warn: "text-warn",
  bad: "text-bad",
  info: "text-info",
  accent: "text-accent",
  muted: "text-muted",
};

interface ToneProps {
  tone: Tone;
  children: ReactNode;
  busy?: boolean;
  className?: string;
}

export function ToneDot({ tone, busy }: { tone: Tone; busy?: boolean | undefined }) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        "inline-block size-2 shrink-0 rounded-full",
        DOT[tone],
        busy && "animate-pulse-slow",
      )}
    />
  );
}

export function ToneWord({ tone, children, busy, className }: ToneProps) {
  return (
    <span className={cx("inline-flex items-center gap-2 whitespace-nowrap", className)}>
      <ToneDot tone={tone} busy={busy} />
      <span>{children}</span>
    </span>
  );
}

/** A small outlined label, for kinds and states in lists. */
export function Tag({ tone = "muted", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={cx(
        "inline-flex h-5 items-center gap-1.5 rounded-control border border-line px-1.5 text-caption whitespace-nowrap",
        TEXT[tone],
      )}
    >
      {tone !== "muted" && <ToneDot tone={tone} />}
      {children}
    </span>
  );
}
