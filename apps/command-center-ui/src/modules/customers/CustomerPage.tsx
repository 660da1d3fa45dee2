/** One customer: what is known, what is expected, and why each segment holds them or not. */
import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCustomer } from "@/api/customer";
import type { CustomerDetail } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Card } from "@/ui/Card";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Source } from "@/ui/Source";
import { backPercent, factText } from "./figures";
import { Why } from "./Why";

export default function CustomerPage() {
  const { customerId = "" } = useParams({ strict: false }) as { customerId?: string };
  const query = useCustomer(customerId);
  return <QueryView query={query}>{(customer) => <Body customer={customer} />}</QueryView>;
}

function Body({ customer }: { customer: CustomerDetail }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader
        title={customer.name ?? t("customers.nameless")}
        eyebrow={customer.country ?? undefined}
        aside={<Source provenance={customer.provenance} />}
      />
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        <div className="grid gap-4">
          <Expected customer={customer} />
          <Facts customer={customer} />
          <Consents customer={customer} />
        </div>
        <Card title={t("customers.page.why")}>
          {customer.explanations.length === 0 ? (
            <p className="text-dense text-muted">{t("customers.page.noSegments")}</p>
          ) : (
            <ul className="space-y-4">
              {customer.explanations.map((explanation) => (
                <Why
                  key={explanation.segment_id}
                  explanation={explanation}
                  currency={customer.spent.currency}
                />
              ))}
            </ul>
          )}
        </Card>
      </div>
    </>
  );
}

function Expected({ customer }: { customer: CustomerDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { expected } = customer;
  if (!expected) {
    return (
      <Card title={t("customers.page.expected")} brass>
        <p className="text-dense text-muted">{t("customers.outlook.none")}</p>
      </Card>
    );
  }
  const { value, value_low: low, value_high: high } = expected;
  return (
    <Card title={t("customers.page.expected")} brass>
      <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-2">
        <Line name={t("customers.back")}>
          {format.percent(backPercent(expected), { digits: 0 })}
        </Line>
        <Line name={t("customers.next")}>
          {expected.next_order ? format.date(expected.next_order) : t("customers.never")}
        </Line>
        <Line name={t("customers.outlook.orders")}>
          {format.decimal(expected.orders, { digits: 1 })}
          <Range
            low={format.decimal(expected.orders_low, { digits: 0 })}
            high={format.decimal(expected.orders_high, { digits: 0 })}
          />
        </Line>
        <Line name={t("customers.outlook.value")}>
          {value ? format.money(value, { whole: true }) : t("customers.unknown")}
          {low && high && (
            <Range
              low={format.money(low, { whole: true })}
              high={format.money(high, { whole: true })}
            />
          )}
        </Line>
      </dl>
    </Card>
  );
}

function Range({ low, high }: { low: string; high: string }) {
  const { t } = useTranslation();
  return <span className="block text-meta text-muted">{t("customers.range", { low, high })}</span>;
}

function Facts({ customer }: { customer: CustomerDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Card title={t("customers.page.facts")}>
      <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-2">
        {customer.facts.map((fact) => (
          <Line
            key={fact.name}
            name={t(`customers.fact.${fact.name}` as "customers.fact.orders", {
              defaultValue: fact.name,
            })}
          >
            {factText(fact, customer.spent.currency, format) ?? (
              <span className="text-muted">{t("customers.unknown")}</span>
            )}
          </Line>
        ))}
      </dl>
    </Card>
  );
}

function Consents({ customer }: { customer: CustomerDetail }) {
  const { t } = useTranslation();
  return (
    <Card title={t("customers.consent.title")}>
      <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-2">
        <Line name={t("customers.consent.email")}>
          <Said consent={customer.email_consent} />
        </Line>
        <Line name={t("customers.consent.sms")}>
          <Said consent={customer.sms_consent} />
        </Line>
      </dl>
    </Card>
  );
}

function Said({ consent }: { consent: CustomerDetail["email_consent"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!consent) return <span className="text-muted">{t("customers.consent.none")}</span>;
  const { state, level, at, location, source } = consent;
  const how = [
    at && t("customers.consent.since", { at: format.dateTime(at) }),
    level &&
      t(`customers.consent.level.${level}` as "customers.consent.level.unknown", {
        defaultValue: level,
      }),
    source &&
      t(`customers.consent.source.${source}` as "customers.consent.source.other", {
        defaultValue: source,
      }),
    location && t("customers.consent.location", { id: location }),
  ].filter(Boolean);
  return (
    <>
      {t(`customers.consent.state.${state}` as "customers.consent.state.pending", {
        defaultValue: state,
      })}
      <span className="block text-meta text-muted">{how.join(" · ")}</span>
    </>
  );
}

function Line({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-dense text-muted">{name}</dt>
      <dd className="max-w-[24ch] text-right break-words tabular-nums">{children}</dd>
    </>
  );
}
