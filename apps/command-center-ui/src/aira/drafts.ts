/** What was written and not yet said, kept per conversation on this machine. */

const PREFIX = "royal.aira.draft.";

export function keptDraft(conversation: string): string {
  try {
    return localStorage.getItem(PREFIX + conversation) ?? "";
  } catch {
    return "";
  }
}

export function keepDraft(conversation: string, text: string): void {
  try {
    if (text) localStorage.setItem(PREFIX + conversation, text);
    else localStorage.removeItem(PREFIX + conversation);
  } catch {
    // Full or refused storage: the text is still in the field.
  }
}
