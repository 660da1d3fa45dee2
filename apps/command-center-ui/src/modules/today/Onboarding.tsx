/** First steps, ticked off by what really happened; it works wholly on the sandbox. */
import { Link } from "@tanstack/react-router";
import { Check, Circle, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useAgents } from "@/api/agents";
import { useConnections } from "@/api/connections";
import { useDecisions } from "@/api/decisions";
import { useSession } from "@/api/session";
import { setPreferences, usePreferences } from "@/preferences/store";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";

interface Step {
  id: "look" | "run" | "approve" | "effect" | "connect";
  done: boolean;
  to: string;
  params?: Record<string, string>;
}

const APPROVED = "approved,executing,executed,measured,reverting,reverted";

/** Undefined until every source has answered: a list that ticks itself while loading misleads. */
function useSteps(): Step[] | undefined {
  const session = useSession().data;
  const agents = useAgents().data?.data;
  const connections = useConnections().data?.data;
  const approved = useDecisions({ status: APPROVED, order: "newest", limit: 1 }).data;
  const written = useDecisions({
    status: "executed,measured,reverted",
    order: "newest",
    limit: 1,
  }).data;
  if (!session || !agents || !connections || !approved || !written) return undefined;
  const effect = written.data[0];
  return [
    {
      id: "look",
      done: connections.some((connection) => connection.sync?.last_success_at),
      to: "/products",
    },
    {
      id: "run",
      done: agents.some((agent) => agent.last_run?.status === "succeeded"),
      to: "/agents",
    },
    { id: "approve", done: approved.total > 0, to: "/approvals" },
    {
      id: "effect",
      done: written.total > 0,
      ...(effect
        ? { to: "/approvals/$decisionId", params: { decisionId: effect.id } }
        : { to: "/approvals" }),
    },
    { id: "connect", done: session.store?.source === "shopify", to: "/connections" },
  ];
}

export function Onboarding() {
  const { t } = useTranslation();
  const { onboardingHidden } = usePreferences();
  const steps = useSteps();
  if (onboardingHidden || !steps || steps.every((step) => step.done)) return null;
  const next = steps.find((step) => !step.done)?.id;
  return (
    <section
      aria-label={t("onboarding.title")}
      className="mb-4 flex flex-wrap items-center gap-x-5 gap-y-1 rounded-card border border-line bg-surface py-2 pr-2 pl-4"
    >
      <h2 className="text-lead">{t("onboarding.title")}</h2>
      <ol className="flex flex-1 flex-wrap gap-x-5 gap-y-1 text-dense">
        {steps.map((step) => (
          // A phone has room for the next step only.
          <li key={step.id} className={cx(step.id !== next && "max-md:hidden")}>
            <Link
              to={step.to}
              params={(step.params ?? {}) as never}
              className={cx(
                "flex min-h-8 items-center gap-1.5 rounded-control hover:underline max-md:min-h-11",
                step.done ? "text-muted" : step.id === next ? "text-accent" : "text-fg",
              )}
            >
              {step.done ? (
                <Check size={16} aria-hidden="true" className="text-ok" />
              ) : (
                <Circle size={16} aria-hidden="true" />
              )}
              {t(`onboarding.${step.id}`)}
              <span className="sr-only">
                {step.done ? t("onboarding.done") : t("onboarding.open")}
              </span>
            </Link>
          </li>
        ))}
      </ol>
      <IconButton
        label={t("onboarding.hide")}
        className="border-transparent text-muted"
        onClick={() => setPreferences({ onboardingHidden: true })}
      >
        <X size={16} aria-hidden="true" />
      </IconButton>
    </section>
  );
}
