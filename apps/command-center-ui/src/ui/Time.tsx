/** Times: an age for reading, the exact moment on hover. */
import { useFormat } from "@/format/use-format";
import { useStoreNow } from "@/live/store-clock";

export function Age({ at }: { at: string }) {
  const format = useFormat();
  const now = useStoreNow();
  return (
    <time dateTime={at} title={format.exact(at)} className="whitespace-nowrap">
      {format.age(at, now)}
    </time>
  );
}

export function Moment({ at }: { at: string }) {
  const format = useFormat();
  return (
    <time dateTime={at} title={format.exact(at)} className="whitespace-nowrap">
      {format.dateTime(at)}
    </time>
  );
}

export function Clock({ at }: { at: string }) {
  const format = useFormat();
  return (
    <time dateTime={at} title={format.exact(at)} className="whitespace-nowrap">
      {format.clock(at)}
    </time>
  );
}
