/** Turns key presses into commands: single keys, `mod+k`, and sequences such as `g t`. */
import { registeredCommands } from "./registry";

const SEQUENCE_MS = 1_200;

let pending: { key: string; at: number } | null = null;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && target.type === "checkbox") return false;
  return (
    target.isContentEditable ||
    ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) ||
    target.getAttribute("role") === "combobox"
  );
}

/** Enter and Space on a button or link are that control's own. */
function isControl(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("a,button,[role=button]") !== null;
}

function inDialog(): boolean {
  return document.querySelector('[role="dialog"],[role="alertdialog"]') !== null;
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.metaKey || event.ctrlKey) return `mod+${key}`;
  if (event.shiftKey && /^[a-z]$/.test(key)) return `Shift+${key.toUpperCase()}`;
  return key;
}

function find(keys: string) {
  return registeredCommands().findLast((command) => command.keys === keys);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  const key = nameOf(event);
  const global = key.startsWith("mod+");
  if (!global && (isTyping(event.target) || inDialog())) return;
  if (key === "Enter" && isControl(event.target)) return;

  const first = pending && Date.now() - pending.at < SEQUENCE_MS ? pending.key : null;
  pending = null;
  const command = (first ? find(`${first} ${key}`) : undefined) ?? find(key);
  if (command) {
    event.preventDefault();
    command.run();
    return;
  }
  const opensSequence = registeredCommands().some((c) => c.keys?.startsWith(`${key} `));
  if (opensSequence && !global) pending = { key, at: Date.now() };
}

export function listenForKeys(): () => void {
  globalThis.addEventListener("keydown", onKeyDown);
  return () => globalThis.removeEventListener("keydown", onKeyDown);
}
