/** How a probability is written, and the tone of a level. */
import type { OrderRisk } from "@/api/types";
import type { Tone } from "@/ui/Tone";

export function riskTone(level: OrderRisk["level"]): Tone {
  if (level === "high") return "bad";
  return level === "medium" ? "warn" : "ok";
}

/** A share of 1 in whole percent; what is small and not nothing says so. */
export function percent(share: number): string {
  const whole = share * 100;
  return whole > 0 && whole < 1 ? "< 1 %" : `${Math.round(whole)} %`;
}

/** A contribution in points of a hundred, with its sign. */
export function signed(share: number): string {
  const points = (share * 100).toFixed(1);
  return share > 0 ? `+${points}` : points.replace("-", "−");
}
