/** The pieces of the six states: skeleton, empty, error, stale, partial. */
import { CircleAlert, Clock3, Inbox, RotateCw, SearchX } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "@/api/problem";
import { Button } from "./Button";
import { cx } from "./cx";

const PATIENCE_MS = 150;

/** Nothing for 150 ms, then its children: a fast answer must not flash. */
export function AfterPatience({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return shown ? children : null;
}

export function Skeleton({ rows = 4, className }: { rows?: number; className?: string }) {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      aria-busy="true"
      aria-label={t("state.loading")}
      className={cx("space-y-2", className)}
    >
      {Array.from({ length: rows }, (_, row) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: bars have no identity
          key={row}
          className="h-9 animate-pulse-slow rounded-row bg-raised"
        />
      ))}
    </div>
  );
}

interface EmptyProps {
  title: string;
  body?: string | undefined;
  action?: ReactNode;
  searching?: boolean;
}

export function Empty({ title, body, action, searching }: EmptyProps) {
  const Icon = searching ? SearchX : Inbox;
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-10 text-center">
      <Icon size={18} aria-hidden="true" className="text-muted" />
      <p className="text-body">{title}</p>
      {body && <p className="max-w-[52ch] text-dense text-muted">{body}</p>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

/** What happened, what to do about it, and the id to quote. */
export function Failure({
  error,
  onRetry,
}: {
  error: unknown;
  onRetry?: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const problem = asProblem(error);
  return (
    <div role="alert" className="flex flex-col items-center gap-2 px-4 py-8 text-center">
      <CircleAlert size={18} aria-hidden="true" className="text-bad" />
      <p className="text-body">{problem.status === 0 ? t("state.unreachable") : problem.message}</p>
      {problem.remedy && <p className="max-w-[60ch] text-dense text-muted">{problem.remedy}</p>}
      {onRetry && (
        <Button small icon={<RotateCw size={16} aria-hidden="true" />} onClick={onRetry}>
          {t("state.retry")}
        </Button>
      )}
      {problem.requestId && (
        <p className="font-mono text-caption text-muted">
          {t("state.requestId")} {problem.requestId}
        </p>
      )}
    </div>
  );
}

export function Note({ tone, children }: { tone: "warn" | "info" | "bad"; children: ReactNode }) {
  const border = { warn: "border-warn", info: "border-info", bad: "border-bad" }[tone];
  return (
    <div
      role="status"
      className={cx(
        "mb-3 flex items-start gap-2 rounded-row border bg-raised px-3 py-2 text-dense",
        border,
      )}
    >
      <Clock3 size={16} aria-hidden="true" className="mt-px shrink-0 text-muted" />
      <div className="min-w-0">{children}</div>
    </div>
  );
}
