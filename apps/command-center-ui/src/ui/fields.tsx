/** Fields: search, native selects (best on a phone), segmented choices. */
import { Search, X } from "lucide-react";
import { ToggleGroup } from "radix-ui";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cx } from "./cx";

const TYPING_MS = 200;

interface SearchFieldProps {
  value: string;
  onChange: (value: string) => void;
  label: string;
  className?: string;
}

/** Reports what was typed after a short pause; takes over a value that changed elsewhere. */
export function SearchField({ value, onChange, label, className }: SearchFieldProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const report = useRef(onChange);
  report.current = onChange;
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      report.current(text);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className={cx("relative", className)}>
      <Search
        size={16}
        aria-hidden="true"
        className="absolute top-1/2 left-3 -translate-y-1/2 text-muted"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="h-9 w-full rounded-control border border-line-strong bg-surface pr-8 pl-9 text-body placeholder:text-muted max-md:h-11 [&::-webkit-search-cancel-button]:hidden"
      />
      {text && (
        <button
          type="button"
          aria-label={t("state.clear")}
          className="absolute top-1/2 right-1.5 flex size-6 -translate-y-1/2 items-center justify-center rounded-control text-muted hover:text-fg"
          onClick={() => setText("")}
        >
          <X size={16} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: { value: string; label: string }[];
  className?: string;
  disabled?: boolean;
}

export function Select({ label, value, onChange, options, className, disabled }: SelectProps) {
  return (
    <select
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value)}
      className={cx(
        "h-9 rounded-control border border-line-strong bg-surface px-2 text-body disabled:opacity-60 max-md:h-11",
        className,
      )}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: { value: T; label: ReactNode }[];
  disabled?: boolean;
}

export function Segmented<T extends string>(props: SegmentedProps<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={props.label}
      value={props.value}
      disabled={props.disabled ?? false}
      onValueChange={(value) => value && props.onChange(value as T)}
      className="inline-flex flex-wrap rounded-row border border-line-strong p-0.5"
    >
      {props.options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="motion-hover h-7 rounded-control px-3 text-dense text-muted hover:text-fg data-[disabled]:cursor-not-allowed data-[disabled]:opacity-60 data-[state=on]:bg-accent-soft data-[state=on]:font-medium data-[state=on]:text-accent max-md:h-10"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

interface FieldProps {
  label: string;
  hint?: string | undefined;
  unit?: string | undefined;
  error?: string | undefined;
  value: string;
  onChange: (value: string) => void;
  inputMode?: "decimal" | "numeric" | "text";
  disabled?: boolean;
}

/** A labelled input with its unit written beside it. */
export function Field({
  label,
  hint,
  unit,
  error,
  value,
  onChange,
  inputMode,
  disabled,
}: FieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="block text-dense">
        {label}
      </label>
      <div className="mt-1 flex items-center gap-2">
        <input
          id={id}
          value={value}
          inputMode={inputMode}
          disabled={disabled}
          aria-invalid={error ? true : undefined}
          aria-describedby={hint || error ? `${id}-hint` : undefined}
          onChange={(event) => onChange(event.target.value)}
          className={cx(
            "h-9 w-32 rounded-control border bg-surface px-2 text-right tabular-nums disabled:opacity-60 max-md:h-11",
            error ? "border-bad" : "border-line-strong",
          )}
        />
        {unit && <span className="text-dense text-muted">{unit}</span>}
      </div>
      {(error || hint) && (
        <p id={`${id}-hint`} className={cx("mt-1 text-meta", error ? "text-bad" : "text-muted")}>
          {error || hint}
        </p>
      )}
    </div>
  );
}
