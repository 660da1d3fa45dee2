/** A key, as it is written on the keyboard. */
import { cx } from "./cx";

export function Kbd({ children, onAccent }: { children: string; onAccent?: boolean }) {
  return (
    <kbd
      className={cx(
        "font-mono text-caption max-md:hidden",
        onAccent ? "text-on-accent" : "text-muted",
      )}
    >
      {children}
    </kbd>
  );
}
