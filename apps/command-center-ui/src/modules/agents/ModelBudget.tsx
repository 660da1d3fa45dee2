/** The day's budget of what agents ask language models, once it is spent; an admin grants another. */
import { useTranslation } from "react-i18next";
import { useChatStatus, useGrantBudget } from "@/api/chat-status";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Moment } from "@/ui/Time";
import { sayFailed } from "@/ui/toast";

const ALL_AGENTS = "agent:*";

export function ModelBudget() {
  const { t } = useTranslation();
  const format = useFormat();
  const grant = useGrantBudget(ALL_AGENTS);
  const may = useMay("policy:write");
  const budget = useChatStatus().data?.agents_budget;
  if (!budget?.paused) return null;
  const { currency, money_per_day: limit, money_used: used } = budget;
  const onError = (error: unknown) => sayFailed(t("agentsBudget.grantFailed"), asProblem(error));
  return (
    <Card title={t("agentsBudget.title")} className="mb-4">
      <p className="text-dense">{t("agentsBudget.effect")}</p>
      <p className="mt-1 flex flex-wrap gap-x-3 text-meta text-muted tabular-nums">
        {budget.tokens_per_day !== null && (
          <span>
            {t("agentsBudget.tokens", {
              used: format.count(budget.tokens_used),
              limit: format.count(budget.tokens_per_day),
            })}
          </span>
        )}
        {limit && used && currency && (
          <span>
            {format.money({ amount: used, currency })} / {format.money({ amount: limit, currency })}
          </span>
        )}
        <span>
          {t("agentsBudget.resets")} <Moment at={budget.resets_at} />
        </span>
      </p>
      {may && (
        <div className="mt-3">
          <Button
            small
            disabled={grant.isPending}
            onClick={() => grant.mutate(undefined, { onError })}
          >
            {t("agentsBudget.grant")}
          </Button>
        </div>
      )}
    </Card>
  );
}
