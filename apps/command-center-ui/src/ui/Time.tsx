/** Times: an age for reading, the exact moment on hover. */
import { useFormat } from "@/format/use-format";
import { useMachineNow, useStoreNow } from "@/live/store-clock";

export function Age({ at }: { at: string }) {
  const format = useFormat();
  const now = useStoreNow();
  return (
    <time dateTime={at} title={format.exact(at)} className="whitespace-nowrap">
      {format.age(at, now)}
    </time>
  );
}

/** The age of something the machine's clock tells: a heartbeat, a place in a queue. */
export function MachineAge({ at }: { at: string }) {
  const format = useFormat();
  const now = useMachineNow();
  return (
    <time dateTime={at} title={format.exact(at)} className="whitespace-nowrap">
      {format.age(at, Math.max(now, Date.parse(at)))}
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
