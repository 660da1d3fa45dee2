/** The reply, bound to the text as it stands here, and what else can be done with the thread. */
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePolicies } from "@/api/policies";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import { type ThreadAction, useThreadAction } from "@/api/thread-actions";
import type { ThreadDetail } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Field } from "@/ui/fields";
import { Failure } from "@/ui/states";
import { sayDone } from "@/ui/toast";
import { Line } from "./Line";
import { OrderHelp } from "./OrderHelp";

/** The numbers of sources are for whoever reads the draft, not for the customer. */
export function withoutMarks(text: string): string {
  return text.replace(/ ?\[\d{1,3}\]/g, "");
}

export function Answer({ thread }: { thread: ThreadDetail }) {
  const { t } = useTranslation();
  const id = useId();
  const may = useMay("decisions:propose");
  const mayDecide = useMay("decisions:decide");
  const action = useThreadAction(thread.id);
  const [text, setText] = useState(withoutMarks(thread.draft?.text ?? ""));
  const [resolves, setResolves] = useState(false);
  // The same text sent twice is proposed once; another text is another reply.
  const key = useRef({ text: "", value: "" });
  const keyOf = (words: string) => {
    if (key.current.text !== words) key.current = { text: words, value: crypto.randomUUID() };
    return key.current.value;
  };
  const run = (wanted: ThreadAction) =>
    action.mutate(wanted, {
      onSuccess: (decision) =>
        sayDone(t(decision ? "support.proposed" : `support.done.${wanted.type as "resolve"}`)),
    });
  const language = thread.draft?.language ?? thread.triage?.language;
  return (
    <Card title={t("support.reply")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run({
            type: "reply",
            text: text.trim(),
            key: keyOf(text.trim()),
            language: language === "nl" ? "nl" : "en",
            resolves,
          });
        }}
      >
        <label htmlFor={id} className="mb-1 block text-meta text-muted">
          {t("support.replyText")}
        </label>
        <textarea
          id={id}
          value={text}
          readOnly={!may}
          maxLength={10_000}
          onChange={(event) => setText(event.target.value)}
          className="h-52 w-full rounded-control border border-line-strong bg-bg p-3 text-dense max-md:text-[16px]"
        />
        <label className="my-2 flex min-h-9 items-center gap-2 text-dense">
          <input
            type="checkbox"
            checked={resolves}
            onChange={(event) => setResolves(event.target.checked)}
            className="size-4 accent-accent"
          />
          {t("support.resolves")}
        </label>
        <p className="mb-2 text-meta text-muted">{t("support.bound")}</p>
        <div className="flex flex-wrap gap-2">
          <Button
            small
            variant="primary"
            type="submit"
            disabled={!may || !text.trim() || action.isPending}
          >
            {t("support.propose")}
          </Button>
          <Button
            small
            disabled={!mayDecide || action.isPending || thread.status === "escalated"}
            onClick={() => run({ type: "escalate" })}
          >
            {t("support.escalate")}
          </Button>
          <Button
            small
            disabled={!mayDecide || action.isPending || thread.status === "resolved"}
            onClick={() => run({ type: "resolve" })}
          >
            {t("support.resolve")}
          </Button>
        </div>
      </form>
      {thread.order_id && (
        <>
          <Refund busy={!may || action.isPending} onRefund={run} />
          <OrderHelp
            busy={!may || action.isPending}
            onAsk={run}
            exchangeable={thread.exchangeable}
          />
        </>
      )}
      {action.error && <Failure error={asProblem(action.error)} />}
    </Card>
  );
}

interface RefundProps {
  busy: boolean;
  onRefund: (action: ThreadAction) => void;
}

function Refund({ busy, onRefund }: RefundProps) {
  const { t } = useTranslation();
  const [amount, setAmount] = useState("");
  const [note, setNote] = useState("");
  const format = useFormat();
  const policy = usePolicies().data;
  const cap = (amount: string) => format.money({ amount, currency: policy?.currency ?? "EUR" });
  const value = amount.replace(",", ".");
  const valid = /^\d+(\.\d{1,3})?$/.test(value) && Number(value) > 0 && note.trim() !== "";
  return (
    <form
      className="mt-4 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        onRefund({ type: "refund", amount: value, note: note.trim() });
      }}
    >
      <h3 className="text-body">{t("support.refund")}</h3>
      {policy && (
        <p className="mb-2 text-meta text-muted">
          {t("support.caps", {
            order: cap(policy.document.refund_order_max),
            customer: cap(policy.document.refund_customer_month_max),
            day: cap(policy.document.refund_day_max),
          })}
        </p>
      )}
      <Field
        label={t("support.amount")}
        value={amount}
        onChange={setAmount}
        unit={policy?.currency}
        inputMode="decimal"
        disabled={busy}
      />
      <Line
        label={t("support.note")}
        value={note}
        onChange={setNote}
        disabled={busy}
        maxLength={255}
      />
      <Button small className="mt-2" type="submit" disabled={busy || !valid}>
        {t("support.proposeRefund")}
      </Button>
    </form>
  );
}
