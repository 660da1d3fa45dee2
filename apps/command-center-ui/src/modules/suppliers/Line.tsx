/** A labelled line of text. */
import { useId } from "react";
import { cx } from "@/ui/cx";

interface LineProps {
  label: string;
  hint?: string;
  /** Why the value will not do. */
  error?: string | undefined;
  value: string;
  onChange: (value: string) => void;
  required?: boolean;
  disabled?: boolean;
}

export function Line({ label, hint, error, value, onChange, required, disabled }: LineProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="block text-dense">
        {label}
      </label>
      <input
        id={id}
        required={required}
        disabled={disabled}
        autoComplete="off"
        spellCheck={false}
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={hint || error ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.value)}
        className={cx(
          "mt-1 h-9 w-full rounded-control border bg-surface px-2 text-dense disabled:opacity-60 max-md:h-11 max-md:text-lead",
          error ? "border-bad" : "border-line-strong",
        )}
      />
      {(error || hint) && (
        <p id={`${id}-hint`} className={cx("mt-1 text-meta", error ? "text-bad" : "text-muted")}>
          {error || hint}
        </p>
      )}
    </div>
  );
}
