/** What can be done with the thread's order: cancel it, send it elsewhere, take it back, exchange it, send it again, give a code. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NewAddress, ReturnReason, ThreadAction } from "@/api/thread-actions";
import type { ThreadDetail } from "@/api/types";
import { Button } from "@/ui/Button";
import { Exchange } from "./Exchange";
import { Line } from "./Line";
import { Reasons } from "./Reasons";

interface AskProps {
  busy: boolean;
  onAsk: (action: ThreadAction) => void;
}

interface OrderHelpProps extends AskProps {
  exchangeable: ThreadDetail["exchangeable"];
}

const WAYS = ["cancel", "address", "return", "exchange", "reship", "discount"] as const;
type Way = (typeof WAYS)[number];

export function OrderHelp({ busy, onAsk, exchangeable }: OrderHelpProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Way | null>(null);
  const toggle = (which: Way) => setOpen(open === which ? null : which);
  return (
    <section className="mt-4 border-t border-line pt-3" aria-label={t("support.orderHelp")}>
      <h3 className="mb-2 text-body">{t("support.orderHelp")}</h3>
      <div className="flex flex-wrap gap-2">
        {WAYS.map((which) => (
          <Button
            key={which}
            small
            disabled={busy}
            aria-expanded={open === which}
            onClick={() => toggle(which)}
          >
            {t(`support.open.${which}`)}
          </Button>
        ))}
      </div>
      {open === "cancel" && (
        <Noted
          key="cancel"
          type="cancel"
          warning={t("support.cancelWarning")}
          propose={t("support.proposeCancel")}
          maxLength={255}
          busy={busy}
          onAsk={onAsk}
        />
      )}
      {open === "address" && <Address busy={busy} onAsk={onAsk} />}
      {open === "return" && <GoodsBack busy={busy} onAsk={onAsk} />}
      {open === "exchange" && <Exchange busy={busy} onAsk={onAsk} lines={exchangeable} />}
      {open === "reship" && (
        <Noted
          key="reship"
          type="reship"
          warning={t("support.reshipWarning")}
          propose={t("support.proposeReship")}
          maxLength={200}
          busy={busy}
          onAsk={onAsk}
        />
      )}
      {open === "discount" && <Discount busy={busy} onAsk={onAsk} />}
    </section>
  );
}

interface NotedProps extends AskProps {
  type: "cancel" | "reship";
  warning: string;
  propose: string;
  maxLength: number;
}

/** What needs no more than a reason. */
function Noted({ busy, onAsk, type, warning, propose, maxLength }: NotedProps) {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  return (
    <form
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk({ type, note: note.trim() });
      }}
    >
      <p className="mb-2 text-meta text-muted">{warning}</p>
      <Line
        label={t("support.note")}
        value={note}
        onChange={setNote}
        disabled={busy}
        maxLength={maxLength}
      />
      <Button small className="mt-2" type="submit" disabled={busy || !note.trim()}>
        {propose}
      </Button>
    </form>
  );
}

function GoodsBack({ busy, onAsk }: AskProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState<ReturnReason>("UNKNOWN");
  const [note, setNote] = useState("");
  return (
    <form
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk({ type: "return", reason, note: note.trim() });
      }}
    >
      <p className="mb-2 text-meta text-muted">{t("support.returnWarning")}</p>
      <Reasons value={reason} onChange={setReason} disabled={busy} />
      <Line
        label={t("support.note")}
        value={note}
        onChange={setNote}
        disabled={busy}
        maxLength={200}
      />
      <Button small className="mt-2" type="submit" disabled={busy || !note.trim()}>
        {t("support.proposeReturn")}
      </Button>
    </form>
  );
}

const CODE_DAYS = 30;
const MOST_PERCENT = 50;

function Discount({ busy, onAsk }: AskProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("10");
  const [note, setNote] = useState("");
  const percent = /^\d{1,2}$/.test(typed.trim()) ? Number(typed) : 0;
  const valid = percent >= 1 && percent <= MOST_PERCENT && note.trim() !== "";
  return (
    <form
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk({ type: "discount", percent, days: CODE_DAYS, note: note.trim() });
      }}
    >
      <p className="mb-2 text-meta text-muted">
        {t("support.discountWarning", { days: CODE_DAYS })}
      </p>
      <Line
        label={t("support.discountPercent", { most: MOST_PERCENT })}
        value={typed}
        onChange={setTyped}
        disabled={busy}
        maxLength={2}
      />
      <Line
        label={t("support.note")}
        value={note}
        onChange={setNote}
        disabled={busy}
        maxLength={200}
      />
      <Button small className="mt-2" type="submit" disabled={busy || !valid}>
        {t("support.proposeDiscount")}
      </Button>
    </form>
  );
}

const FIELDS = [
  "first_name",
  "last_name",
  "company",
  "address1",
  "address2",
  "postal_code",
  "city",
  "province",
  "country",
  "phone",
] as const;
const NEEDED = ["last_name", "address1", "city"] as const;

type Lines = Record<(typeof FIELDS)[number], string>;

const EMPTY = Object.fromEntries(FIELDS.map((name) => [name, ""])) as Lines;

function Address({ busy, onAsk }: AskProps) {
  const { t } = useTranslation();
  const [lines, setLines] = useState<Lines>(EMPTY);
  const [note, setNote] = useState("");
  const country = lines.country.trim().toUpperCase();
  const valid =
    /^[A-Z]{2}$/.test(country) && NEEDED.every((name) => lines[name].trim()) && note.trim() !== "";
  return (
    <form
      className="mt-3 space-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk({ type: "address", address: given(lines, country), note: note.trim() });
      }}
    >
      <p className="text-meta text-muted">{t("support.addressWarning")}</p>
      {FIELDS.map((name) => (
        <Line
          key={name}
          label={t(`support.address.${name}`)}
          value={lines[name]}
          onChange={(value) => setLines({ ...lines, [name]: value })}
          disabled={busy}
          maxLength={name === "country" ? 2 : 255}
        />
      ))}
      <Line
        label={t("support.madeSure")}
        value={note}
        onChange={setNote}
        disabled={busy}
        maxLength={255}
      />
      <Button small className="mt-2" type="submit" disabled={busy || !valid}>
        {t("support.proposeAddress")}
      </Button>
    </form>
  );
}

/** Empty lines are left out: the store has nothing there. */
function given(lines: Lines, country: string): NewAddress {
  const filled = FIELDS.map((name) => [name, lines[name].trim()] as const).filter(
    ([, value]) => value,
  );
  return { ...(Object.fromEntries(filled) as unknown as NewAddress), country };
}
