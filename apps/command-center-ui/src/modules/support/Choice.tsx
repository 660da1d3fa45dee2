/** One of several, with the question above it. */
import { useId } from "react";

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  disabled: boolean;
  options: { value: string; text: string; gone?: boolean }[];
}

export function Choice({ label, value, onChange, disabled, options }: ChoiceProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mt-2 block text-dense">
        {label}
      </label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value)}
        className="mt-1 h-9 w-full rounded-control border border-line-strong bg-surface px-2 disabled:opacity-60 max-md:h-11 max-md:text-[16px]"
      >
        {options.map((each) => (
          <option key={each.value} value={each.value} disabled={each.gone}>
            {each.text}
          </option>
        ))}
      </select>
    </div>
  );
}
