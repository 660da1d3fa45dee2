/** Where an order's goods come from, what was passed over and why, and what nobody can send. */
import { useTranslation } from "react-i18next";
import type { OrderRoute, RouteOption } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { ToneWord } from "@/ui/Tone";
import { percent } from "./risk";

interface RouteCardProps {
  route: OrderRoute | null;
  /** What the lines are called, by their id. */
  titles: Map<string, string>;
}

export function RouteCard({ route, titles }: RouteCardProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!route) {
    return (
      <Card title={t("way.route")}>
        <p className="text-dense text-muted">{t("way.notRouted")}</p>
      </Card>
    );
  }
  return (
    <Card
      title={t("way.route")}
      aside={route.promised_at && t("way.promised", { when: format.dateTime(route.promised_at) })}
    >
      <ul className="space-y-3">
        {route.parts.map((part) => (
          <li key={`${part.source}/${part.line_id}`}>
            <p className="font-medium">
              {t("way.from", {
                quantity: part.quantity,
                source: part.own ? t("way.own") : part.source_name,
              })}
            </p>
            <p className="text-meta text-muted">{titles.get(part.line_id) ?? part.article}</p>
            <Terms option={part} currency={route.currency} />
          </li>
        ))}
        {route.unserved.map((line) => (
          <li key={line.line_id}>
            <ToneWord tone="bad" className="whitespace-normal">
              {t("way.unserved", { quantity: line.quantity, title: line.title })}
            </ToneWord>
            {line.substitutes.length === 0 ? (
              <p className="text-meta text-muted">{t("way.noInstead")}</p>
            ) : (
              <>
                <p className="text-meta text-muted">{t("way.instead")}</p>
                <ul className="ml-4 list-disc text-dense">
                  {line.substitutes.map((each) => (
                    <li key={each.variant_id}>
                      {each.title} ·{" "}
                      {format.money({ amount: each.price, currency: route.currency })}
                    </li>
                  ))}
                </ul>
              </>
            )}
          </li>
        ))}
      </ul>
      {route.left.length > 0 && (
        <details className="mt-4">
          <summary className="cursor-pointer text-dense text-muted">
            {t("way.passed")} ({route.left.length})
          </summary>
          <ul className="mt-2 space-y-3">
            {route.left.map((each) => (
              <li key={`${each.source}/${each.line_id}/${each.article}`}>
                <p>{each.own ? t("way.own") : each.source_name}</p>
                <p className="text-dense">{each.reason}</p>
                <Terms option={each} currency={route.currency} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}

function Terms({ option, currency }: { option: RouteOption; currency: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = (amount: string) => format.money({ amount, currency });
  const cost = money(option.unit_cost);
  const told = [
    option.shipping === null
      ? t("way.costOnly", { cost })
      : t("way.cost", { cost, shipping: money(option.shipping) }),
    t("way.expected", { amount: money(option.expected_cost) }),
    t("way.arrives", { when: format.dateTime(option.arrives_by) }),
    option.on_time === null
      ? t("way.keepsUnknown")
      : t("way.keeps", { share: percent(option.on_time) }),
  ];
  return <p className="text-meta text-muted">{told.join(" · ")}</p>;
}
