/** The mark: a horseshoe arch in brass on ink. */
export function Mark({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
      <rect width="64" height="64" rx="12" fill="#0B0E14" />
      <path d="M20 50V30a12 14 0 0 1 24 0v20" fill="none" stroke="#D4AF62" strokeWidth="7" />
      <g fill="#0B0E14">
        <circle cx="20" cy="44" r="1.8" />
        <circle cx="20" cy="34" r="1.8" />
        <circle cx="24" cy="22" r="1.8" />
        <circle cx="40" cy="22" r="1.8" />
        <circle cx="44" cy="34" r="1.8" />
        <circle cx="44" cy="44" r="1.8" />
      </g>
    </svg>
  );
}
