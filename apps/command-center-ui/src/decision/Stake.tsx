/** What a decision is worth: money at stake, else its predicted effect. */
import type { Decision } from "@/api/types";
import { signOf } from "@/format/money";
import { useFormat } from "@/format/use-format";

export function Stake({ decision }: { decision: Decision }) {
  const format = useFormat();
  const { money_at_stake: stake, prediction, cost } = decision;
  if (stake) return <>{format.money(stake, { whole: true })}</>;
  if (prediction) {
    return <>{format.quantity(prediction.point, prediction.unit, { whole: true, signed: true })}</>;
  }
  if (cost && signOf(cost.amount) !== 0) return <>{format.money(cost, { whole: true })}</>;
  return <>–</>;
}
