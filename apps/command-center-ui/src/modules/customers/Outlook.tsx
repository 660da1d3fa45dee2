/** The coming year of all customers, and how right the model was about the weeks behind us. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useCustomerValue } from "@/api/customer-value";
import type { Valuation } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";

export function Outlook() {
  const { t } = useTranslation();
  const query = useCustomerValue();
  return (
    <section aria-label={t("customers.outlook.title")} className="mb-6">
      <QueryView
        query={query}
        isEmpty={(valuation) => valuation.orders === null}
        empty={{
          title: t("customers.outlook.none"),
          body: query.data?.reason ?? t("customers.outlook.waiting"),
        }}
      >
        {(valuation) => <Figures valuation={valuation} />}
      </QueryView>
    </section>
  );
}

function Figures({ valuation }: { valuation: Valuation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { orders, value, check, currency } = valuation;
  const amount = (text: string) => format.money({ amount: text, currency }, { whole: true });
  const whole = (text: string) => format.decimal(text, { digits: 0 });
  return (
    <>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(100%,15rem),1fr))] gap-4">
        {orders && (
          <Figure
            title={t("customers.outlook.orders")}
            figure={whole(orders.expected)}
            note={t("customers.range", { low: whole(orders.low), high: whole(orders.high) })}
          />
        )}
        <Figure
          title={t("customers.outlook.value")}
          figure={value ? amount(value.expected) : t("customers.unknown")}
          note={value && t("customers.range", { low: amount(value.low), high: amount(value.high) })}
        />
        <Check check={check} />
      </div>
      <Models valuation={valuation} />
    </>
  );
}

function Check({ check }: { check: Valuation["check"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!check) {
    return (
      <Card title={t("customers.outlook.check", { weeks: 13 })} brass>
        <p className="text-dense text-muted">{t("customers.outlook.noCheck")}</p>
      </Card>
    );
  }
  const whole = (text: string) => format.decimal(text, { digits: 0 });
  return (
    <Figure
      title={t("customers.outlook.check", { weeks: check.weeks })}
      figure={t("customers.outlook.came", { actual: format.count(check.actual) })}
      note={
        <>
          {t("customers.outlook.expected", { value: whole(check.orders.expected) })} ·{" "}
          {t("customers.range", { low: whole(check.orders.low), high: whole(check.orders.high) })}
          <span className="block">
            {t("customers.outlook.error", {
              rmse: format.decimal(String(check.rmse)),
              naive: format.decimal(String(check.rmse_naive)),
            })}
          </span>
        </>
      }
    />
  );
}

interface FigureProps {
  title: string;
  figure: string;
  note: ReactNode;
}

function Figure({ title, figure, note }: FigureProps) {
  return (
    <Card title={title} brass>
      <p className="display text-h2 tabular-nums">{figure}</p>
      {note && <p className="mt-1 text-meta text-muted">{note}</p>}
    </Card>
  );
}

function Models({ valuation }: { valuation: Valuation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const parameters = [...valuation.order_model, ...valuation.spend_model];
  return (
    <details className="mt-2 text-dense text-muted">
      <summary className="cursor-pointer">
        {t("customers.outlook.asOf", {
          value: format.count(valuation.customers),
          day: valuation.day ? format.date(valuation.day) : "–",
        })}{" "}
        · {t("customers.outlook.model")}
      </summary>
      <p className="mt-2 max-w-[80ch]">{t("customers.outlook.modelBody")}</p>
      <ul className="mt-1 flex flex-wrap gap-x-5 gap-y-1 font-mono text-meta">
        {parameters.map(({ name, value, error }) => (
          <li key={name}>
            {name} {format.decimal(value.toFixed(6), { digits: 3 })}{" "}
            {error === null
              ? t("customers.outlook.unbounded")
              : `± ${format.decimal(error.toFixed(6), { digits: 3 })}`}
          </li>
        ))}
      </ul>
    </details>
  );
}
