/** Why a price stands: the demand curve, the optimum, the limits, and what agents did about it. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDecisions } from "@/api/decisions";
import type { ProductDetail, WhyPrice } from "@/api/types";
import { useWhyPrices } from "@/api/why-prices";
import { DecisionLine } from "@/decision/DecisionLine";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { Select } from "@/ui/fields";
import { QueryView } from "@/ui/QueryView";
import { Age } from "@/ui/Time";
import { Competitors } from "./Competitors";
import { Curve, CurveLegend, CurveTable } from "./Curve";
import { Parts } from "./Parts";

export function WhyPriceCard({ product }: { product: ProductDetail }) {
  const { t } = useTranslation();
  const query = useWhyPrices(product.id);
  return (
    <Card title={t("products.why")}>
      <QueryView
        query={query}
        isEmpty={(found) => found.data.length === 0}
        empty={{ title: t("products.whyNone"), body: t("products.whyNoneBody") }}
      >
        {(found) => <Chosen product={product} all={found.data} />}
      </QueryView>
    </Card>
  );
}

function Chosen({ product, all }: { product: ProductDetail; all: WhyPrice[] }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState("");
  const why = all.find((each) => each.variant_id === chosen) ?? all[0];
  if (!why) return null;
  const titleOf = (id: string) =>
    product.variants.find((variant) => variant.id === id)?.title ?? product.title;
  return (
    <>
      {all.length > 1 && (
        <Select
          label={t("products.variants")}
          value={why.variant_id}
          onChange={setChosen}
          className="mb-3"
          options={all.map((each) => ({ value: each.variant_id, label: titleOf(each.variant_id) }))}
        />
      )}
      <Verdict why={why} />
      <Curve why={why} label={t("products.whyCurveOf", { title: titleOf(why.variant_id) })} />
      <CurveLegend why={why} />
      <Facts why={why} />
      <Parts why={why} />
      <Competitors why={why} />
      <CurveTable why={why} />
      <p className="mt-2 text-caption text-muted">
        {t("products.whyAsOf")} <Age at={why.as_of} />
      </p>
    </>
  );
}

function Verdict({ why }: { why: WhyPrice }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <p className="mb-3 text-body text-pretty">
      {why.proposed
        ? t("products.whyMove", {
            now: format.money(why.price),
            next: format.money(why.proposed),
          })
        : t("products.whyStay", { now: format.money(why.price) })}{" "}
      {why.detail && <span className="text-muted">{why.detail}</span>}
    </p>
  );
}

function Facts({ why }: { why: WhyPrice }) {
  const { t } = useTranslation();
  const format = useFormat();
  const money = (amount: number | string) =>
    format.money({ amount: Number(amount).toFixed(2), currency: why.price.currency });
  const one = (value: number) => format.decimal(value.toFixed(1), { digits: 1 });
  const facts = [
    [
      t("products.whyElasticity"),
      t("products.whyBand", {
        point: one(-why.elasticity.point),
        low: one(-why.elasticity.high),
        high: one(-why.elasticity.low),
      }),
    ],
    [
      t("products.whyOwn"),
      t("products.whyOwnValue", { percent: Math.round(why.own_percent), weeks: why.weeks }),
    ],
    [t("products.whyBest"), why.best === null ? t("products.whyNoCost") : money(why.best)],
    [
      t("products.whyAllowed"),
      t("products.whyRange", { low: money(why.low), high: money(why.high) }),
    ],
    [t("products.whyFloor"), why.floor === null ? t("state.unknown") : money(why.floor)],
  ] as const;
  return (
    <dl className="mt-3 grid grid-cols-1 gap-x-6 gap-y-2 sm:grid-cols-2">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt className="text-meta text-muted">{name}</dt>
          <dd className="text-body tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function PastCard({ product }: { product: ProductDetail }) {
  const { t } = useTranslation();
  const query = useDecisions({ kind: "price.set", q: product.title, limit: 10 });
  return (
    <Card title={t("products.past")}>
      <QueryView
        query={query}
        isEmpty={(page) => page.data.length === 0}
        empty={{ title: t("products.pastNone") }}
      >
        {(page) => (
          <ul className="divide-y divide-line">
            {page.data.map((decision) => (
              <li key={decision.id}>
                <DecisionLine decision={decision} />
              </li>
            ))}
          </ul>
        )}
      </QueryView>
    </Card>
  );
}
