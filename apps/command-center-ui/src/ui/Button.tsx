/** Buttons: one primary (brass) per region, the rest outlined or plain. */
import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";
import { Kbd } from "./Kbd";

type Variant = "primary" | "outline" | "plain" | "danger";

const VARIANT: Record<Variant, string> = {
  primary: "bg-accent text-on-accent border-accent hover:opacity-90",
  outline: "bg-surface text-fg border-line-strong hover:bg-raised",
  plain: "bg-transparent text-muted border-transparent hover:text-fg hover:bg-raised",
  danger: "bg-surface text-bad border-bad hover:bg-raised",
};

interface ButtonProps extends ComponentProps<"button"> {
  variant?: Variant;
  /** The key that does the same, shown inside the button on wide screens. */
  shortcut?: string;
  icon?: ReactNode;
  small?: boolean;
}

export function Button({
  variant = "outline",
  shortcut,
  icon,
  small,
  className,
  children,
  type = "button",
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      className={cx(
        "motion-hover inline-flex items-center justify-center gap-2 rounded-row border font-medium whitespace-nowrap select-none",
        "disabled:cursor-not-allowed disabled:opacity-50 max-md:min-h-11",
        small ? "h-8 px-3 text-dense" : "h-10 px-4 text-body",
        VARIANT[variant],
        className,
      )}
      {...rest}
    >
      {icon}
      {children}
      {shortcut && <Kbd onAccent={variant === "primary"}>{shortcut}</Kbd>}
    </button>
  );
}

interface IconButtonProps extends ComponentProps<"button"> {
  label: string;
}

export function IconButton({
  label,
  className,
  children,
  type = "button",
  ...rest
}: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={cx(
        "motion-hover inline-flex size-9 shrink-0 items-center justify-center rounded-row border border-line text-fg hover:bg-raised max-md:size-11",
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  );
}
