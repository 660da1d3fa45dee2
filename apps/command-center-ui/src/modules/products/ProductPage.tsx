/** One product: its variants with cost, margin and cover, their forecasts, what waits about it. */
import { useParams } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useDecisions } from "@/api/decisions";
import { useProduct } from "@/api/product";
import type { ProductDetail, Variant } from "@/api/types";
import { Forecast, ForecastLegend } from "@/charts/Forecast";
import { DecisionLine } from "@/decision/DecisionLine";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { Select } from "@/ui/fields";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { Empty } from "@/ui/states";
import { Tag } from "@/ui/Tone";
import { Cover, Stock } from "./Cover";
import { Kept } from "./Kept";
import { PastCard, WhyPriceCard } from "./WhyPrice";

export default function ProductPage() {
  const { productId = "" } = useParams({ strict: false }) as { productId?: string };
  const query = useProduct(productId);
  return <QueryView query={query}>{(product) => <Body product={product} />}</QueryView>;
}

function Body({ product }: { product: ProductDetail }) {
  const { t } = useTranslation();
  const status = product.status.toLowerCase();
  return (
    <>
      <PageHeader
        title={product.title}
        eyebrow={[product.product_type, product.vendor].filter(Boolean).join(" · ")}
        aside={
          <>
            <Tag tone={status === "active" ? "ok" : "muted"}>
              {t(`productStatus.${status}` as "productStatus.active", { defaultValue: status })}
            </Tag>
            <Source provenance={product.provenance} />
          </>
        }
      />
      <Card title={t("products.variantTable")} className="mb-4">
        <VariantTable variants={product.variants} />
      </Card>
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.7fr)_minmax(0,1fr)]">
        <div className="grid grid-cols-1 gap-4">
          <ForecastCard product={product} />
          <WhyPriceCard product={product} />
        </div>
        <div className="grid grid-cols-1 gap-4">
          <WaitingCard product={product} />
          <PastCard product={product} />
        </div>
      </div>
    </>
  );
}

function VariantTable({ variants }: { variants: Variant[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const head = "h-8 px-3 font-medium whitespace-nowrap first:pl-0 last:pr-0";
  const cell = "row-h px-3 py-1.5 whitespace-nowrap first:pl-0 last:pr-0";
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keyboard
    <section className="overflow-x-auto" aria-label={t("products.variantTable")} tabIndex={0}>
      <table className="w-full border-collapse text-body">
        <thead>
          <tr className="border-b border-line text-right text-meta text-muted">
            <th scope="col" className={`${head} text-left`}>
              {t("products.title")}
            </th>
            <th scope="col" className={head}>
              {t("products.price")}
            </th>
            <th scope="col" className={head}>
              {t("products.cost")}
            </th>
            <th scope="col" className={head}>
              {t("products.margin")}
            </th>
            <th scope="col" className={head}>
              {t("products.available")}
            </th>
            <th scope="col" className={head}>
              {t("products.sold")}
            </th>
            <th scope="col" className={head}>
              {t("products.cover")}
            </th>
          </tr>
        </thead>
        <tbody>
          {variants.map((variant) => (
            <tr
              key={variant.id}
              className="border-b border-line text-right tabular-nums last:border-0"
            >
              <th scope="row" className={`${cell} text-left font-normal`}>
                {variant.title}
                {variant.sku && (
                  <span className="ml-2 font-mono text-caption text-muted">{variant.sku}</span>
                )}
                {variant.admin_url && (
                  <a
                    href={variant.admin_url}
                    target="_blank"
                    rel="noreferrer"
                    aria-label={t("products.openInAdmin")}
                    className="ml-2 inline-block align-[-2px] text-muted hover:text-fg"
                  >
                    <ExternalLink size={16} aria-hidden="true" />
                  </a>
                )}
              </th>
              <td className={cell}>
                {variant.compare_at_price && (
                  <del className="mr-2 text-meta text-muted">
                    {format.money(variant.compare_at_price)}
                  </del>
                )}
                {format.money(variant.price)}
              </td>
              <td className={cell}>
                {variant.unit_cost ? (
                  format.money(variant.unit_cost)
                ) : (
                  <span className="text-warn" title={t("products.unknownCost")}>
                    {t("state.unknown")}
                  </span>
                )}
              </td>
              <td className={cell}>
                {variant.margin_percent === null ? "–" : format.percent(variant.margin_percent)}
              </td>
              <td className={cell}>
                <Stock units={variant.available} />
              </td>
              <td className={cell}>{format.count(variant.sold_28d)}</td>
              <td className={cell}>
                <Cover days={variant.days_of_cover} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ForecastCard({ product }: { product: ProductDetail }) {
  const { t } = useTranslation();
  const known = product.forecasts.filter((forecast) => forecast.points.length > 0);
  const [chosen, setChosen] = useState(known[0]?.subject_id ?? "");
  const forecast = known.find((candidate) => candidate.subject_id === chosen) ?? known[0];
  const titleOf = (id: string | null) =>
    product.variants.find((variant) => variant.id === id)?.title ?? product.title;
  const choiceOf = (id: string | null) =>
    id === product.id ? t("products.allVariants") : titleOf(id);
  return (
    <Card title={t("products.forecasts")} aside={<ForecastLegend />}>
      {forecast ? (
        <>
          {known.length > 1 && (
            <Select
              label={t("products.variants")}
              value={forecast.subject_id ?? ""}
              onChange={setChosen}
              className="mb-3"
              options={known.map((candidate) => ({
                value: candidate.subject_id ?? "",
                label: choiceOf(candidate.subject_id),
              }))}
            />
          )}
          <Forecast
            key={forecast.subject_id}
            forecast={forecast}
            label={t("products.forecastOf", { title: titleOf(forecast.subject_id) })}
            height={200}
          />
          <p className="mt-2 flex flex-wrap justify-between gap-2 text-caption text-muted">
            <span>{forecast.method}</span>
            <Source provenance={forecast.provenance} />
          </p>
          <Kept forecast={forecast} />
        </>
      ) : (
        <Empty title={t("forecast.none")} body={t("forecast.noneBody")} />
      )}
    </Card>
  );
}

function WaitingCard({ product }: { product: ProductDetail }) {
  const { t } = useTranslation();
  const query = useDecisions({ status: "proposed", q: product.title, order: "stake", limit: 10 });
  return (
    <Card title={t("products.waiting")}>
      <QueryView
        query={query}
        isEmpty={(page) => page.data.length === 0}
        empty={{ title: t("products.noneWaiting") }}
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
