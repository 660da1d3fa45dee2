/** Goods of the order that come back for another variant of the article. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ReturnReason, ThreadAction } from "@/api/thread-actions";
import type { ThreadDetail } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Choice } from "./Choice";
import { Line } from "./Line";
import { Reasons } from "./Reasons";

interface ExchangeProps {
  busy: boolean;
  onAsk: (action: ThreadAction) => void;
  lines: ThreadDetail["exchangeable"];
}

export function Exchange({ busy, onAsk, lines }: ExchangeProps) {
  const { t } = useTranslation();
  const say = useOffer();
  const [lineId, setLineId] = useState("");
  const [variantId, setVariantId] = useState("");
  const [typed, setTyped] = useState("1");
  const [reason, setReason] = useState<ReturnReason>("UNKNOWN");
  const [note, setNote] = useState("");
  const line = lines.find((each) => each.id === lineId) ?? lines[0];
  if (!line) return <p className="mt-3 text-meta text-muted">{t("support.exchangeNothing")}</p>;
  const units = /^\d{1,6}$/.test(typed.trim()) ? Number(typed) : 0;
  const wanted = line.others.find((each) => each.id === variantId);
  const enough = wanted !== undefined && (wanted.available ?? units) >= units;
  const valid = enough && units >= 1 && units <= line.units && note.trim() !== "";
  return (
    <form
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault();
        const chosen = { line_id: line.id, variant_id: variantId, units };
        onAsk({ type: "exchange", ...chosen, reason, note: note.trim() });
      }}
    >
      <p className="mb-2 text-meta text-muted">{t("support.exchangeWarning")}</p>
      <Choice
        label={t("support.exchangeLine")}
        value={line.id}
        onChange={(chosen) => {
          setLineId(chosen);
          setVariantId("");
        }}
        disabled={busy}
        options={lines.map((each) => ({
          value: each.id,
          text: `${each.title}, ${each.variant} (${each.units})`,
        }))}
      />
      <Choice
        label={t("support.exchangeFor")}
        value={variantId}
        onChange={setVariantId}
        disabled={busy}
        options={[
          { value: "", text: t("support.exchangeChoose"), gone: true },
          ...line.others.map((each) => ({
            value: each.id,
            text: say(each),
            gone: each.available !== null && each.available < 1,
          })),
        ]}
      />
      {line.units > 1 && (
        <Line
          label={t("support.exchangeUnits", { most: line.units })}
          value={typed}
          onChange={setTyped}
          disabled={busy}
          maxLength={6}
        />
      )}
      <Reasons value={reason} onChange={setReason} disabled={busy} />
      <Line
        label={t("support.note")}
        value={note}
        onChange={setNote}
        disabled={busy}
        maxLength={200}
      />
      <Button small className="mt-2" type="submit" disabled={busy || !valid}>
        {t("support.proposeExchange")}
      </Button>
    </form>
  );
}

type Offer = ThreadDetail["exchangeable"][number]["others"][number];

/** What a variant is, how many there are and what one costs more. */
function useOffer() {
  const { t } = useTranslation();
  const format = useFormat();
  return ({ title, available, difference }: Offer) => {
    const stock = available === null ? null : t("support.exchangeStock", { count: available });
    const amount = Number(difference.amount);
    const money = format.money({ ...difference, amount: difference.amount.replace("-", "") });
    const price =
      amount === 0
        ? t("support.exchangeSame")
        : t(amount > 0 ? "support.exchangeMore" : "support.exchangeLess", { money });
    return [title, stock, price].filter(Boolean).join(", ");
  };
}
