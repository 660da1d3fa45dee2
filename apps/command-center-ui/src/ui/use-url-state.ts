/** Filters, sort and selection live in the URL; an empty value leaves it. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

type Values = Record<string, string | undefined>;

export function useUrlState(): [Values, (change: Values) => void] {
  const search = useSearch({ strict: false }) as Values;
  const navigate = useNavigate();
  const set = useCallback(
    (change: Values) => {
      void navigate({
        to: ".",
        replace: true,
        search: (previous: Values) => withoutEmpty({ ...previous, ...change }),
      } as never);
    },
    [navigate],
  );
  return [search, set];
}

function withoutEmpty(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value));
}
