/** Findings for tests: a grave one about a token, one that waits, and a check that could not look. */
import type { Phrase, Security, SecurityFinding } from "@/api/types";

const suppression = (now: string) => ({
  id: "sup_1",
  check: "access.brute_force",
  subject: "203.0.113.0/24",
  reason: "our own test",
  person: "Ada",
  created_at: now,
  expires_at: now,
});

export function phrase(
  key: string,
  params: Record<string, string> = {},
  terms: Record<string, string> = {},
): Phrase {
  return { key, params, terms };
}

export function securityFindings(now: string): SecurityFinding[] {
  const one: SecurityFinding = {
    id: "fnd_1",
    check: "access.takeover",
    subject: "token:tok_1 203.0.113.0/24",
    severity: "critical",
    state: "open",
    title: "'till' was let in from 203.0.113.0/24, where others were refused before",
    remedy: "Ask its holder.",
    facts: [
      {
        label: "refused before",
        value: "300",
        source: "access log",
        words: { label: phrase("label.refused_before"), source: phrase("source.access_log") },
      },
    ],
    first_seen_at: now,
    last_seen_at: now,
    resolved_at: null,
    times_seen: 2,
    order_id: null,
    suppression: null,
    alert: { severity: "critical", decision_id: "dec_1", at: now },
    words: {
      title: phrase("takeover.title", { who: "'till'", place: "203.0.113.0/24" }),
      // Of a version that says more than these pages know.
      remedy: phrase("takeover.not_known_here"),
    },
  };
  const waiting: SecurityFinding = {
    ...one,
    id: "fnd_2",
    check: "access.brute_force",
    severity: "high",
    state: "suppressed",
    title: "300 attempts to come in within an hour",
    words: {},
    suppression: suppression(now),
    alert: null,
  };
  return [one, waiting];
}

export function security(now: string): Security {
  const scan = { at: now, looked_at: 12, findings: 1, ok: true, detail: "12 rows read" };
  return {
    as_of: now,
    scans: [
      { ...scan, check: "access.takeover" },
      { ...scan, check: "access.scope", ok: false, findings: 0, detail: "The grant is unknown." },
    ],
    suppressions: [suppression(now)],
    counts: { low: 0, medium: 0, high: 0, critical: 1 },
    granted: ["read_orders", "write_themes"],
    unused: ["write_themes"],
    log_from: now,
  };
}
