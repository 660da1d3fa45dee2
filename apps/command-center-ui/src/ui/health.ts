/** How an agent's and a run's state is toned. */
import type { Agent, Run } from "@/api/types";
import type { Tone } from "./Tone";

export const HEALTH_TONE: Record<Agent["health"], Tone> = {
  ok: "ok",
  running: "info",
  waiting: "accent",
  failing: "bad",
  paused: "warn",
  idle: "muted",
};

export const RUN_TONE: Record<Run["status"], Tone> = {
  queued: "muted",
  running: "info",
  waiting: "accent",
  succeeded: "ok",
  failed: "bad",
  cancelled: "muted",
};
