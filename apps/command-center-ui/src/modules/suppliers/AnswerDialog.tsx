/** Enter what a supplier's mail says of an order that went to it by mail. */
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "@/api/problem";
import { useAnswerOrder } from "@/api/suppliers";
import type { SupplierAnswer, SupplierOrder } from "@/api/types";
import { useFormat } from "@/format/use-format";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Segmented, Select } from "@/ui/fields";
import { sayDone, sayFailed } from "@/ui/toast";
import { Line } from "./Line";

type Said = SupplierAnswer["said"];

interface AnswerDialogProps {
  order: SupplierOrder;
  onClose: () => void;
}

export function AnswerDialog({ order, onClose }: AnswerDialogProps) {
  const { t } = useTranslation();
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("suppliers.answer.title", { id: order.id })}
      description={t("suppliers.answer.body")}
    >
      <AnswerForm order={order} onClose={onClose} />
    </Dialog>
  );
}

function AnswerForm({ order, onClose }: AnswerDialogProps) {
  const { t } = useTranslation();
  const answer = useAnswerOrder(order.id);
  const newest = order.replies.at(-1);
  // What its newest mail says in labelled lines: the person looks at it and enters it.
  const says = newest?.says;
  const suggested = order.can_say.find((each) => each === says?.said);
  const [said, setSaid] = useState<Said>(suggested ?? order.can_say[0] ?? "accepted");
  const [reference, setReference] = useState(says?.supplier_reference ?? "");
  const [promised, setPromised] = useState("");
  const parcel = parcelOf(newest);
  const [number, setNumber] = useState(parcel.number);
  const [carrier, setCarrier] = useState(parcel.carrier);
  const [source, setSource] = useState(newest?.message_id ?? "");
  const shipped = said === "shipped";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body: SupplierAnswer = {
      seen: order.status,
      said,
      supplier_reference: reference.trim() || null,
      promised_at: said === "accepted" && promised ? endOf(promised) : null,
      tracking_number: shipped ? number.trim() : null,
      carrier: shipped ? carrier.trim() || null : null,
      message_id: source || null,
    };
    answer.mutate(body, {
      onSuccess: () => {
        sayDone(t("suppliers.answer.saved"));
        onClose();
      },
      onError: (error) => sayFailed(t("suppliers.answer.failed"), asProblem(error)),
    });
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Segmented<Said>
        label={t("suppliers.answer.said")}
        value={said}
        onChange={setSaid}
        options={order.can_say.map((value) => ({
          value,
          label: t(`suppliers.answer.saids.${value}`),
        }))}
      />
      {suggested && (
        <p className="text-dense text-warn">
          {t("suppliers.answer.suggested", { said: t(`suppliers.answer.saids.${suggested}`) })}
        </p>
      )}
      {said === "accepted" && (
        <>
          <Line label={t("suppliers.answer.reference")} value={reference} onChange={setReference} />
          <Day label={t("suppliers.answer.promised")} value={promised} onChange={setPromised} />
        </>
      )}
      {shipped && (
        <>
          <Line required label={t("suppliers.answer.number")} value={number} onChange={setNumber} />
          <Line label={t("suppliers.answer.carrier")} value={carrier} onChange={setCarrier} />
        </>
      )}
      <Source order={order} value={source} onChange={setSource} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t("state.cancel")}</Button>
        <Button
          type="submit"
          variant="primary"
          disabled={answer.isPending || (shipped && !number.trim())}
        >
          {t("suppliers.answer.save")}
        </Button>
      </div>
    </form>
  );
}

/** The one parcel that a mail names, by its label or else by the form of its number. */
function parcelOf(reply: SupplierOrder["replies"][number] | undefined) {
  if (reply?.says.tracking_number)
    return { number: reply.says.tracking_number, carrier: reply.says.carrier ?? "" };
  const [likely, another] = reply?.parcels ?? [];
  return another || !likely
    ? { number: "", carrier: "" }
    : { number: likely.number, carrier: likely.carrier ?? "" };
}

/** The mail it was read in, cited with the entry. */
function Source(props: { order: SupplierOrder; value: string; onChange: (id: string) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (props.order.replies.length === 0) return null;
  const mails = props.order.replies.map((reply) => ({
    value: reply.message_id,
    label: t("suppliers.answer.mailOf", { at: format.dateTime(reply.received_at) }),
  }));
  return (
    <div className="grid gap-1">
      <span aria-hidden="true" className="text-dense">
        {t("suppliers.answer.source")}
      </span>
      <Select
        label={t("suppliers.answer.source")}
        value={props.value}
        onChange={props.onChange}
        options={[...mails, { value: "", label: t("suppliers.answer.otherwise") }]}
      />
    </div>
  );
}

function Day(props: { label: string; value: string; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="block text-dense">
        {props.label}
      </label>
      <input
        id={id}
        type="date"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        className="mt-1 h-9 w-full rounded-control border border-line-strong bg-surface px-2 text-dense max-md:h-11 max-md:text-lead"
      />
    </div>
  );
}

/** What is promised for a day may come until that day ends where the person is. */
function endOf(day: string) {
  return new Date(`${day}T23:59:59`).toISOString();
}
