/** What a person knows of a supplier: its lead time, days, costs; of one variant its packs. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { asProblem } from "@/api/problem";
import { useMay, useSession } from "@/api/session";
import { useEnterTerms, useSupplyTerms } from "@/api/supply-terms";
import type { SupplyTerms } from "@/api/types";
import { Button } from "@/ui/Button";
import { Field } from "@/ui/fields";
import { QueryView } from "@/ui/QueryView";
import { Note } from "@/ui/states";
import { sayDone, sayFailed } from "@/ui/toast";
import { type Draft, draftOf, entriesOf } from "./terms";

interface TermsFormProps {
  vendor: string | null;
  variantId: string;
}

export function TermsForm({ vendor, variantId }: TermsFormProps) {
  const { t } = useTranslation();
  const mayRead = useMay("policy:read");
  const query = useSupplyTerms(vendor, variantId);
  if (!mayRead) return null;
  return (
    <section aria-label={t("inventory.terms.title")} className="mt-5 border-t border-line pt-4">
      <h3 className="mb-1 text-lead">{t("inventory.terms.title")}</h3>
      <p className="mb-3 text-meta text-muted">{t("inventory.terms.hint")}</p>
      <QueryView query={query}>
        {(terms) => <Filled vendor={vendor} variantId={variantId} terms={terms} />}
      </QueryView>
    </section>
  );
}

function Filled({ vendor, variantId, terms }: TermsFormProps & { terms: SupplyTerms }) {
  const { t } = useTranslation();
  const may = useMay("policy:write");
  const currency = useSession().data?.store?.currency ?? "";
  const [draft, setDraft] = useState<Draft>(() => draftOf(terms));
  const enter = useEnterTerms();
  const field = (name: Exclude<keyof Draft, "weekdays">, label: string, unit?: string) => (
    <Field
      label={label}
      unit={unit}
      value={draft[name]}
      inputMode="decimal"
      disabled={!may}
      onChange={(value) => setDraft({ ...draft, [name]: value })}
    />
  );
  const save = () =>
    enter.mutate(entriesOf(draft, vendor, variantId), {
      onSuccess: () => sayDone(t("inventory.terms.saved")),
      onError: (error) => sayFailed(t("inventory.terms.failed"), asProblem(error)),
    });
  const days = t("inventory.terms.day", { returnObjects: true }) as string[];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {!may && <Note tone="info">{t("inventory.terms.notAllowed")}</Note>}
      <h4 className="mb-2 text-dense text-muted">
        {vendor ? t("inventory.terms.vendor", { vendor }) : t("inventory.terms.variant")}
      </h4>
      <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        {field("lead", t("inventory.terms.lead"), t("unit.days", { count: 2 }))}
        {field("leadSd", t("inventory.terms.leadSd"), t("unit.days", { count: 2 }))}
        {field("review", t("inventory.terms.review"), t("unit.days", { count: 2 }))}
        {field("orderCost", t("inventory.terms.orderCost"), currency)}
        {field("holding", t("inventory.terms.holding"), "%")}
      </div>
      <fieldset className="mt-3" disabled={!may}>
        <legend className="text-dense">{t("inventory.terms.weekdays")}</legend>
        <div className="mt-1 flex flex-wrap gap-x-3 gap-y-1">
          {days.map((day, index) => (
            <label key={day} className="inline-flex min-h-8 items-center gap-1.5 max-md:min-h-11">
              <input
                type="checkbox"
                checked={draft.weekdays[index] ?? true}
                onChange={(event) =>
                  setDraft({
                    ...draft,
                    weekdays: draft.weekdays.map((on, k) =>
                      k === index ? event.target.checked : on,
                    ),
                  })
                }
                className="size-4 accent-accent"
              />
              {day}
            </label>
          ))}
        </div>
      </fieldset>
      <label className="mt-3 block text-dense">
        {t("inventory.terms.holidays")}
        <input
          value={draft.holidays}
          disabled={!may}
          placeholder={t("inventory.terms.holidaysHint")}
          onChange={(event) => setDraft({ ...draft, holidays: event.target.value })}
          className="mt-1 h-9 w-full rounded-control border border-line-strong bg-surface px-2 text-body max-md:h-11"
        />
      </label>
      {vendor && (
        <h4 className="mt-4 mb-2 text-dense text-muted">{t("inventory.terms.variant")}</h4>
      )}
      <div className="mt-3 grid grid-cols-2 gap-3 max-sm:grid-cols-1">
        {field("minimum", t("inventory.terms.minimum"), t("unit.units", { count: 2 }))}
        {field("pack", t("inventory.terms.pack"), t("unit.units", { count: 2 }))}
      </div>
      <div className="mt-4 flex justify-end">
        <Button type="submit" variant="primary" disabled={!may || enter.isPending}>
          {t("inventory.terms.save")}
        </Button>
      </div>
    </form>
  );
}
