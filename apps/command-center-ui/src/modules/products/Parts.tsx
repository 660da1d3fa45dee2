/** Where a price goes: every part of the margin floor with its amount and what it is from. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { WhyPrice } from "@/api/types";
import { useFormat } from "@/format/use-format";

export function Parts({ why }: { why: WhyPrice }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (why.parts.length === 0) return null;
  const money = (amount: string) => format.money({ amount, currency: why.price.currency });
  const from = (sources: string[]) => {
    const kinds = sources.map((each) =>
      each === "orders" || each === "catalog" || each === "supplier" ? each : "policy",
    );
    return [...new Set(kinds)].map((each) => t(`products.whySourceOf.${each}`)).join(", ");
  };
  const cell = "px-3 py-1 text-right tabular-nums first:pl-0 first:text-left last:pr-0";
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keyboard */}
      <section className="mt-4 overflow-x-auto" aria-label={t("products.whyParts")} tabIndex={0}>
        <table className="w-full border-collapse text-dense">
          <caption className="pb-1 text-left text-meta text-muted">
            {t("products.whyParts")}
          </caption>
          <thead>
            <tr className="border-b border-line text-meta text-muted">
              <th scope="col" className={`${cell} font-medium`}>
                {t("products.whyPart")}
              </th>
              <th scope="col" className={`${cell} font-medium`}>
                {t("products.whyAmount")}
              </th>
              <th scope="col" className={`${cell} font-medium`}>
                {t("products.whySource")}
              </th>
            </tr>
          </thead>
          <tbody>
            {why.parts.map(({ name, amount, sources }) => (
              <tr key={name} className="border-b border-line last:border-0">
                <th scope="row" className={`${cell} font-normal`}>
                  {t(`products.whyPartOf.${name}`)}
                </th>
                <td className={cell}>{amount === null ? t("state.unknown") : money(amount)}</td>
                <td className={`${cell} text-muted`}>{from(sources)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <Learned why={why} />
      <Missing parts={why.unknown} />
    </>
  );
}

/** What the orders taught: how much comes back, and what tax is paid where. */
function Learned({ why }: { why: WhyPrice }) {
  const { t } = useTranslation();
  const format = useFormat();
  const served = why.served;
  if (!served) return null;
  const percent = (fraction: string) => format.percent((Number(fraction) * 100).toFixed(1));
  const taxes = (ofProduct: boolean) =>
    served.countries
      .filter(({ of_product }) => of_product === ofProduct)
      .map(({ country, share, rate }) => {
        const where = country || t("products.whyElsewhere");
        return `${where} ${percent(rate)} (${percent(share)})`;
      })
      .join(", ");
  const [own, ofStore] = [taxes(true), taxes(false)];
  return (
    <p className="mt-2 text-caption text-muted">
      {served.return_rate !== null &&
        t("products.whyReturns", {
          percent: percent(served.return_rate),
          units: format.count(served.units),
          returned: format.count(served.returned),
        })}{" "}
      {own && t("products.whyOwnTax", { list: own })}{" "}
      {ofStore && t("products.whyStoreTax", { list: ofStore })}
    </p>
  );
}

function Missing({ parts }: { parts: WhyPrice["unknown"] }) {
  const { t } = useTranslation();
  if (parts.length === 0) return null;
  return (
    <p className="mt-2 text-body">
      {parts.map((part) => t(`products.whyMissing.${part}`)).join(" ")}{" "}
      <Link to="/policies" className="text-accent underline">
        {t("products.whyEnter")}
      </Link>
    </p>
  );
}
