/** What can be done with the thread's order before it leaves: cancel it, or send it elsewhere. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NewAddress, ThreadAction } from "@/api/thread-actions";
import { Button } from "@/ui/Button";
import { Line } from "./Line";

interface OrderHelpProps {
  busy: boolean;
  onAsk: (action: ThreadAction) => void;
}

export function OrderHelp({ busy, onAsk }: OrderHelpProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"cancel" | "address" | null>(null);
  const toggle = (which: "cancel" | "address") => setOpen(open === which ? null : which);
  return (
    <section className="mt-4 border-t border-line pt-3" aria-label={t("support.orderHelp")}>
      <h3 className="mb-2 text-body">{t("support.orderHelp")}</h3>
      <div className="flex flex-wrap gap-2">
        {(["cancel", "address"] as const).map((which) => (
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
      {open === "cancel" && <Cancel busy={busy} onAsk={onAsk} />}
      {open === "address" && <Address busy={busy} onAsk={onAsk} />}
    </section>
  );
}

function Cancel({ busy, onAsk }: OrderHelpProps) {
  const { t } = useTranslation();
  const [note, setNote] = useState("");
  return (
    <form
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault();
        onAsk({ type: "cancel", note: note.trim() });
      }}
    >
      <p className="mb-2 text-meta text-muted">{t("support.cancelWarning")}</p>
      <Line
        label={t("support.note")}
        value={note}
        onChange={setNote}
        disabled={busy}
        maxLength={255}
      />
      <Button small className="mt-2" type="submit" disabled={busy || !note.trim()}>
        {t("support.proposeCancel")}
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

function Address({ busy, onAsk }: OrderHelpProps) {
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
