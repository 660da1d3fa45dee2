/** A button that acts only after being held, by pointer or by keyboard. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { cx } from "./cx";

const HOLD_MS = 1_200;

interface HoldButtonProps {
  onHeld: () => void;
  children: ReactNode;
  /** Shown while held. */
  holding: ReactNode;
  disabled?: boolean;
}

export function HoldButton({ onHeld, children, holding, disabled }: HoldButtonProps) {
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);

  const release = () => {
    if (timer.current) clearTimeout(timer.current);
    timer.current = null;
    setHeld(false);
  };
  const press = () => {
    if (disabled || timer.current) return;
    setHeld(true);
    timer.current = setTimeout(() => {
      release();
      onHeld();
    }, HOLD_MS);
  };
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current);
    },
    [],
  );
  const isHoldKey = (key: string) => key === "Enter" || key === " ";

  return (
    <button
      type="button"
      disabled={disabled}
      onPointerDown={(event) => event.button === 0 && press()}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (!isHoldKey(event.key)) return;
        event.preventDefault();
        press();
      }}
      onKeyUp={(event) => isHoldKey(event.key) && release()}
      onBlur={release}
      className="relative h-11 w-full touch-none overflow-hidden rounded-row border border-bad bg-surface font-medium text-bad select-none disabled:opacity-50"
    >
      <span
        aria-hidden="true"
        className={cx(
          "absolute inset-0 origin-left bg-bad/25 transition-transform ease-linear",
          held ? "scale-x-100 duration-[1200ms]" : "scale-x-0 duration-100",
        )}
      />
      <span className="relative" aria-live="polite">
        {held ? holding : children}
      </span>
    </button>
  );
}
