/** Where a message is written: Enter says it, Shift-Enter breaks the line, / offers commands. */
import { ArrowUp, Square } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ChatStatus } from "@/api/aira";
import { useFormat } from "@/format/use-format";
import { cx } from "@/ui/cx";
import { Completions, optionId } from "./Completions";
import type { Phase } from "./talk";
import { useCompletion } from "./use-completion";

interface ComposerProps {
  text: string;
  onText: (text: string) => void;
  onSay: (text: string) => void;
  onCancel: () => void;
  phase: Phase;
  status: ChatStatus | undefined;
  /** What was said before is not known yet, so nothing can follow it. */
  blocked: boolean;
  /** Takes the focus when it appears. */
  eager: boolean;
}

/** From here on the characters are counted on screen. */
const NEAR = 0.9;
const MAX_HEIGHT = 240;

/** What the server counts: characters, not the halves that some of them have here. */
function lengthOf(text: string, limit: number): number {
  return text.length < limit * NEAR ? text.length : [...text].length;
}

export function Composer(props: ComposerProps) {
  const { text, onText, onSay, onCancel, phase, status, blocked, eager } = props;
  const { t } = useTranslation();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const completion = useCompletion(text);
  const { options, active } = completion;
  const limit = status?.max_characters ?? Number.POSITIVE_INFINITY;
  const length = lengthOf(text, limit);
  const over = length > limit;
  const busy = phase !== "idle";
  const ready = text.trim() !== "" && !over && !busy && !blocked;

  useGrowth(field, text);
  useEffect(() => {
    if (eager) field.current?.focus({ preventScroll: true });
  }, [eager]);

  const choose = (at: number) => {
    const option = options[at];
    if (!option) return;
    onText(option.text);
    field.current?.focus();
  };
  const say = () => {
    if (!ready) return;
    completion.close();
    onSay(text);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    const key = nameOf(event);
    const act = keysOf({
      options: options.length,
      active,
      busy,
      choose,
      say,
      onCancel,
      completion,
    });
    const run = key && act[key];
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };

  return (
    <form
      className="relative"
      onSubmit={(event) => {
        event.preventDefault();
        say();
      }}
    >
      <Completions id={id} options={options} active={active} onChoose={choose} />
      <label htmlFor={id} className="sr-only">
        {t("aira.field")}
      </label>
      <div
        className={cx(
          "flex items-end gap-2 rounded-card border bg-surface p-2 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus",
          over ? "border-bad" : "border-line-strong",
        )}
      >
        <textarea
          id={id}
          ref={field}
          rows={1}
          value={text}
          placeholder={t(
            status?.can_converse === false ? "aira.placeholderCommand" : "aira.placeholder",
          )}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={options.length > 0 ? `${id}-options` : undefined}
          aria-activedescendant={active >= 0 ? optionId(id, active) : undefined}
          aria-describedby={`${id}-says`}
          aria-invalid={over || undefined}
          autoComplete="off"
          onChange={(event) => onText(event.target.value)}
          onKeyDown={onKeyDown}
          className="max-h-60 min-h-8 flex-1 resize-none bg-transparent px-1.5 py-1.5 text-body outline-none placeholder:text-muted max-md:min-h-11 max-md:py-2.5"
        />
        {busy ? (
          <RoundButton
            label={t(phase === "stopping" ? "aira.stopping" : "aira.stop")}
            disabled={phase === "stopping" || phase === "sending"}
            onClick={onCancel}
          >
            <Square size={16} aria-hidden="true" />
          </RoundButton>
        ) : (
          <RoundButton label={t("aira.say")} submit disabled={!ready}>
            <ArrowUp size={18} aria-hidden="true" />
          </RoundButton>
        )}
      </div>
      <Below id={`${id}-says`} length={length} limit={limit} />
      <p role="status" className="sr-only">
        {options.length > 0 ? t("aira.options", { count: options.length }) : ""}
      </p>
    </form>
  );
}

/** The keys of the field by name; Shift-Enter and Enter while a word is composed are its own. */
function nameOf(event: KeyboardEvent): string | null {
  if (event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey) return null;
  return event.shiftKey ? null : event.key;
}

interface KeyContext {
  options: number;
  active: number;
  busy: boolean;
  choose: (at: number) => void;
  say: () => void;
  onCancel: () => void;
  completion: { move(by: 1 | -1): void; close(): void };
}

function keysOf(at: KeyContext): Record<string, (() => void) | undefined> {
  const listed = at.options > 0;
  const cancel = at.busy ? at.onCancel : undefined;
  return {
    ArrowDown: listed ? () => at.completion.move(1) : undefined,
    ArrowUp: listed ? () => at.completion.move(-1) : undefined,
    Tab: listed ? () => at.choose(Math.max(at.active, 0)) : undefined,
    Enter: at.active >= 0 ? () => at.choose(at.active) : at.say,
    Escape: listed ? () => at.completion.close() : cancel,
  };
}

function useGrowth(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text needs another height
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, MAX_HEIGHT)}px`;
  }, [text]);
}

interface RoundButtonProps {
  label: string;
  disabled: boolean;
  submit?: boolean;
  onClick?: () => void;
  children: React.ReactNode;
}

function RoundButton({ label, disabled, submit, onClick, children }: RoundButtonProps) {
  return (
    <button
      type={submit ? "submit" : "button"}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
      className="motion-hover flex size-8 shrink-0 items-center justify-center rounded-row bg-accent text-on-accent hover:opacity-90 disabled:cursor-not-allowed disabled:opacity-40 max-md:size-11"
    >
      {children}
    </button>
  );
}

function Below({ id, length, limit }: { id: string; length: number; limit: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const over = length > limit;
  const near = length >= limit * NEAR;
  return (
    <p id={id} className="mt-1 flex justify-between gap-4 text-caption text-muted">
      <span role={over ? "alert" : undefined} className={over ? "text-bad" : "max-md:sr-only"}>
        {over
          ? t("aira.tooLong", {
              count: length - limit,
              over: format.count(length - limit),
              limit: format.count(limit),
            })
          : t("aira.hint")}
      </span>
      {near && (
        <span className={cx("shrink-0 tabular-nums", over && "text-bad")}>
          {format.count(length)} / {format.count(limit)}
        </span>
      )}
    </p>
  );
}
