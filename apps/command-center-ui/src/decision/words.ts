/** A decision in words: its title, its state, its risk. */
import type { TFunction } from "i18next";
import type { Change, Decision, DecisionStatus } from "@/api/types";
import { compareDecimal, isDecimal } from "@/format/money";
import type { Format } from "@/format/use-format";
import type { Tone } from "@/ui/Tone";
import { said } from "./said";

function mainChange(decision: Decision): Change | undefined {
  // The diff's first line is the change itself; the others are its terms.
  return decision.changes[0];
}

export function kindName(kind: string, t: TFunction): string {
  return t(`kind.${kind.replaceAll(".", "_")}` as "kind.price_set", { defaultValue: kind });
}

export function decisionTitle(decision: Decision, t: TFunction, format: Format): string {
  const subject = said(decision.said.title, decision.subject.title, t);
  const change = mainChange(decision);
  if (decision.kind.startsWith("price.") && change?.proposed) {
    const value = format.quantity(change.proposed, change.unit);
    if (decision.reverts) return t("decision.title.restore", { subject, value });
    const raises =
      change.now !== null &&
      isDecimal(change.now) &&
      isDecimal(change.proposed) &&
      compareDecimal(change.proposed, change.now) > 0;
    return t(raises ? "decision.title.raise" : "decision.title.lower", { subject, value });
  }
  if (decision.kind === "inventory.reorder" && change?.proposed) {
    return t("decision.title.reorder", { subject, value: format.decimal(change.proposed) });
  }
  if (decision.kind === "inventory.reorder_cancel") return t("decision.title.cancel", { subject });
  return `${kindName(decision.kind, t)}: ${subject}`;
}

const TONES: Record<DecisionStatus, Tone> = {
  proposed: "accent",
  approved: "info",
  executing: "info",
  executed: "ok",
  measured: "ok",
  rejected: "muted",
  expired: "muted",
  superseded: "muted",
  failed: "bad",
  conflicted: "warn",
  reverting: "info",
  reverted: "muted",
};

export function statusTone(status: DecisionStatus): Tone {
  return TONES[status];
}

const UNDER_WAY: ReadonlySet<DecisionStatus> = new Set(["approved", "executing", "reverting"]);

export function isUnderWay(status: DecisionStatus): boolean {
  return UNDER_WAY.has(status);
}

/** The gate lets risk up to this act alone; the list calls it low. */
const LOW_RISK = 0.4;
const HIGH_RISK = 0.85;

export type RiskLevel = "low" | "medium" | "high";

export function riskLevel(score: number): RiskLevel {
  if (score <= LOW_RISK) return "low";
  return score < HIGH_RISK ? "medium" : "high";
}

export const RISK_TONE: Record<RiskLevel, Tone> = { low: "ok", medium: "warn", high: "bad" };

export function isLowRisk(decision: Decision): boolean {
  return riskLevel(decision.risk_score) === "low" && decision.ruling !== "deny";
}

export function canUndo(decision: Decision): boolean {
  return (
    decision.revertible &&
    (decision.status === "executed" || decision.status === "measured") &&
    !decision.reverted_by
  );
}
