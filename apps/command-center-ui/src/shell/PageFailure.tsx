/** A page that broke, or whose file a newer release replaced, without taking the shell along. */
import { Failure } from "@/ui/states";

export function PageFailure({ error, reset }: { error: unknown; reset?: () => void }) {
  const retry = () => {
    // A chunk that is gone after a release only comes back with a fresh index.html.
    if (error instanceof TypeError) globalThis.location.reload();
    else reset?.();
  };
  return <Failure error={error} onRetry={retry} />;
}
