/** A labelled line of text; a secret one is neither shown nor remembered by the browser. */
import { useId } from "react";

interface TextFieldProps {
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
  secret?: boolean;
}

export function TextField({ label, hint, value, onChange, secret }: TextFieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="block text-dense">
        {label}
      </label>
      <input
        id={id}
        required
        type={secret ? "password" : "text"}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={value}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.value)}
        className="mt-1 h-9 w-full rounded-control border border-line-strong bg-surface px-2 font-mono text-dense max-md:h-11 max-md:text-lead"
      />
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-meta text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
