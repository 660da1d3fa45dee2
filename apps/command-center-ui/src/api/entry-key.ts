/** A key of one entry, however often it is sent. */

/** Works without a secure context too, unlike randomUUID: a shop's own network has no HTTPS. */
export function entryKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
