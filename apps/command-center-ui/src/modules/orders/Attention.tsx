/** Open orders that want a look, and how good scores and promises were so far. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useFulfilment } from "@/api/fulfilment";
import type { Fulfilment, OpenOrder } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { QueryView } from "@/ui/QueryView";
import { Tag } from "@/ui/Tone";
import { useUrlState } from "@/ui/use-url-state";
import { percent, riskTone } from "./risk";

const SHOWN = 6;

export function Attention() {
  const query = useFulfilment();
  return (
    <QueryView query={query}>
      {(found) => (
        <div className="mb-5 grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]">
          <Waiting found={found} />
          <Record found={found} />
        </div>
      )}
    </QueryView>
  );
}

function Waiting({ found }: { found: Fulfilment }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [url, setUrl] = useUrlState();
  const all = url.attention === "all";
  const open = format.count(found.open);
  const judged = found.open > 0 || found.record.orders > 0;
  const body = found.orders.length > 0 ? "attentionBody" : "attentionNone";
  return (
    <Card title={t("way.attention")} brass={found.orders.length > 0}>
      <p className="mb-3 text-dense text-muted">
        {judged ? t(`way.${body}`, { open }) : t("way.attentionFirst")}
      </p>
      <ul className="divide-y divide-line">
        {found.orders.slice(0, all ? undefined : SHOWN).map((order) => (
          <Row key={order.order_id} order={order} />
        ))}
      </ul>
      {found.orders.length > SHOWN && (
        <Button
          small
          className="mt-2"
          aria-expanded={all}
          onClick={() => setUrl({ attention: all ? "" : "all" })}
        >
          {all ? t("way.fewer") : t("way.more", { count: found.orders.length - SHOWN })}
        </Button>
      )}
    </Card>
  );
}

function Row({ order }: { order: OpenOrder }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2">
      <Link
        to="/orders/$orderId"
        params={{ orderId: order.order_id } as never}
        className="font-medium hover:text-accent max-md:min-h-11 max-md:content-center"
      >
        {order.name}
      </Link>
      <span className="flex flex-wrap items-center gap-2 text-dense">
        {order.held && <Tag tone="warn">{t("way.held")}</Tag>}
        {[...new Set(order.snags)].map((snag) => (
          <Tag key={snag} tone="bad">
            {t(`way.trouble.${snag}` as "way.trouble.late", { defaultValue: snag })}
          </Tag>
        ))}
        <Tag tone={riskTone(order.level)}>
          {t(`way.level.${order.level}`)} {percent(order.score)}
        </Tag>
        <span className="tabular-nums">{format.money(order.total)}</span>
      </span>
    </li>
  );
}

/** What customers were promised at ordering against when it came, with what it is from. */
function Kept({ kept }: { kept: Fulfilment["kept"] }) {
  const { t } = useTranslation();
  const known = kept.share !== null && kept.low !== null && kept.high !== null;
  return (
    <section aria-label={t("way.kept")}>
      <h3 className="mt-4 text-dense font-medium">{t("way.kept")}</h3>
      <p className="text-dense">
        {kept.share === null ? (
          <span className="text-muted">{t("way.keptNone", { days: kept.days })}</span>
        ) : (
          t("way.keptRow", {
            share: percent(kept.share),
            kept: kept.kept,
            judged: kept.judged,
            days: kept.days,
          })
        )}
        {known && (
          <span className="text-muted">
            {` · ${t("way.interval", { low: percent(kept.low ?? 0), high: percent(kept.high ?? 0) })}`}
          </span>
        )}
      </p>
      <p className="text-meta text-muted">
        {[
          kept.overdue > 0 && t("way.keptOverdue", { count: kept.overdue }),
          kept.unknown > 0 && t("way.keptUnknown", { count: kept.unknown }),
          t("way.keptSource"),
        ]
          .filter(Boolean)
          .join(" ")}
      </p>
    </section>
  );
}

function Record({ found }: { found: Fulfilment }) {
  const { t } = useTranslation();
  const { record } = found;
  const share = (value: number | null) => (value === null ? t("way.unknown") : percent(value));
  return (
    <Card title={t("way.record")}>
      <h3 className="text-dense font-medium">{t("way.recordScore")}</h3>
      {record.orders === 0 ? (
        <p className="text-dense text-muted">{t("way.recordNone")}</p>
      ) : (
        <>
          <p className="text-dense">
            {t("way.recordBody", {
              orders: record.orders,
              bad: record.bad,
              threshold: percent(record.threshold),
              flagged: record.flagged,
              caught: record.caught,
            })}
          </p>
          <p className="text-meta text-muted">
            {[
              `${t("way.precision")} ${share(record.precision)}`,
              `${t("way.recall")} ${share(record.recall)}`,
              `${t("way.brier")} ${record.brier === null ? t("way.unknown") : record.brier.toFixed(3)}`,
            ].join(" · ")}
          </p>
          <details className="mt-2">
            <summary className="cursor-pointer text-dense text-muted">{t("way.bins")}</summary>
            <ul className="mt-1 text-meta text-muted tabular-nums">
              {record.bins.map((bin) => (
                <li key={bin.low}>
                  {t("way.binRow", {
                    low: percent(bin.low),
                    high: percent(bin.high),
                    bad: bin.bad,
                    orders: bin.orders,
                    mean: percent(bin.mean_score),
                  })}
                </li>
              ))}
            </ul>
          </details>
        </>
      )}
      <p className="mt-2 text-meta text-muted">
        {t("way.learned", { bad: found.learned_bad, good: found.learned_good })}
      </p>
      <Kept kept={found.kept} />
      <h3 className="mt-4 text-dense font-medium">{t("way.promises")}</h3>
      {found.promises.every((each) => each.judged === 0) ? (
        <p className="text-dense text-muted">{t("way.promiseNone")}</p>
      ) : (
        <ul className="text-dense">
          {found.promises.map((each) => (
            <li key={each.supplier_id} className="flex flex-wrap justify-between gap-x-4">
              <span>{each.name}</span>
              <span className="text-muted tabular-nums">
                {t("way.promiseRow", { onTime: each.on_time, judged: each.judged })}
                {each.low !== null &&
                  each.high !== null &&
                  ` · ${t("way.interval", { low: percent(each.low), high: percent(each.high) })}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
