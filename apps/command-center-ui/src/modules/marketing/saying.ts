/** A flow's YAML with other words in `says`; the rest of it, comments too, stays as it is. */
export function saying(text: string, title: string, body: string): string {
  const lines = body.split("\n").map((line) => (line.trim() ? `    ${line.trim()}` : ""));
  const says = `says:\n  title: ${JSON.stringify(title)}\n  body: |-\n${lines.join("\n")}\n`;
  const whole = text.endsWith("\n") ? text : `${text}\n`;
  const old = /^says:.*\n(?:[ \t]+.*\n|[ \t]*\n(?=[ \t]))*/m;
  // Functions, because `$` in a replacement text has a meaning.
  if (old.test(whole)) return whole.replace(old, () => says);
  return /^steps:/m.test(whole) ? whole.replace(/^steps:/m, () => `${says}steps:`) : whole + says;
}
