/** How much of something is done, as a bar. */
export function Meter({ label, share }: { label: string; share: number }) {
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      className="mt-3 h-1.5 rounded-full bg-line"
    >
      <div className="h-1.5 rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
    </div>
  );
}
