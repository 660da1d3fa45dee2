/** A labelled line of text. */
import { useId } from "react";

interface LineProps {
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
  required?: boolean;
  disabled?: boolean;
}

export function Line({ label, hint, value, onChange, required, disabled }: LineProps) {
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
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.value)}
        className="mt-1 h-9 w-full rounded-control border border-line-strong bg-surface px-2 text-dense disabled:opacity-60 max-md:h-11 max-md:text-lead"
      />
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-meta text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
