/** One line of text with its name above it. */
import { useId } from "react";

interface LineProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  maxLength: number;
  disabled: boolean;
}

export function Line({ label, value, onChange, maxLength, disabled }: LineProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mt-2 block text-dense">
        {label}
      </label>
      <input
        id={id}
        value={value}
        maxLength={maxLength}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value)}
        className="mt-1 h-9 w-full rounded-control border border-line-strong bg-surface px-2 disabled:opacity-60 max-md:h-11 max-md:text-[16px]"
      />
    </div>
  );
}
