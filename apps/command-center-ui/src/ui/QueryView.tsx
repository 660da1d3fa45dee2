/** One query on screen in whichever of its six states it is. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/format/use-format";
import { Button } from "./Button";
import { AfterPatience, Empty, Failure, Note, Skeleton } from "./states";

interface Shown<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

interface QueryViewProps<T> {
  query: Shown<T>;
  skeleton?: ReactNode;
  isEmpty?: (data: T) => boolean;
  /** First use: nothing exists yet. One next step. */
  empty?: { title: string; body?: string; action?: ReactNode };
  /** Set when filters are on: emptiness then means nothing matches. */
  onClearFilters?: (() => void) | undefined;
  /** Why what is shown is not all there is. */
  partial?: string | null;
  children: (data: T) => ReactNode;
}

export function QueryView<T>(props: QueryViewProps<T>) {
  const { query, partial } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const { data, error } = query;

  if (data === undefined) {
    if (error) return <Failure error={error} onRetry={() => query.refetch()} />;
    return <AfterPatience>{props.skeleton ?? <Skeleton />}</AfterPatience>;
  }
  const age = format.age(new Date(query.dataUpdatedAt).toISOString(), Date.now());
  return (
    <>
      {Boolean(error) && (
        <Note tone="warn">
          {t("state.stale", { age })}{" "}
          <button
            type="button"
            className="text-accent underline underline-offset-2"
            onClick={() => query.refetch()}
          >
            {t("state.retry")}
          </button>
        </Note>
      )}
      {partial && <Note tone="info">{partial}</Note>}
      {props.isEmpty?.(data) ? <Emptiness {...props} /> : props.children(data)}
    </>
  );
}

function Emptiness<T>({ empty, onClearFilters }: QueryViewProps<T>) {
  const { t } = useTranslation();
  if (onClearFilters) {
    return (
      <Empty
        searching
        title={t("state.noMatch")}
        action={
          <Button small onClick={onClearFilters}>
            {t("state.clearFilters")}
          </Button>
        }
      />
    );
  }
  return (
    <Empty title={empty?.title ?? t("state.nothing")} body={empty?.body} action={empty?.action} />
  );
}
