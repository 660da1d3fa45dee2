/** Policies: the limits every decision is judged by; saving makes a version. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePolicies, useReplacePolicies } from "@/api/policies";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import type { Policy } from "@/api/types";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { Field } from "@/ui/fields";
import { PageHeader } from "@/ui/PageHeader";
import { QueryView } from "@/ui/QueryView";
import { Failure, Note } from "@/ui/states";
import { Moment } from "@/ui/Time";
import { sayDone } from "@/ui/toast";
import {
  type Draft,
  documentOf,
  draftOf,
  editsOf,
  errorOf,
  GROUPS,
  type GroupName,
  hasErrors,
  isWhole,
  type Limit,
} from "./limits";

export default function Policies() {
  const query = usePolicies();
  return <QueryView query={query}>{(policy) => <Editor inForce={policy} />}</QueryView>;
}

function Editor({ inForce }: { inForce: Policy }) {
  const { t } = useTranslation();
  const replace = useReplacePolicies();
  const may = useMay("policy:write");
  // What the edits started from; the version in force may move on meanwhile.
  const [base, setBase] = useState(inForce);
  const [draft, setDraft] = useState<Draft>(() => draftOf(inForce.document));
  const edits = editsOf(draft, base.document);
  const stale = inForce.version !== base.version;
  const problem = replace.error ? asProblem(replace.error) : null;
  const conflict = (stale && edits.length > 0) || problem?.status === 409;

  // Nothing edited: follow the version in force silently.
  if (stale && edits.length === 0) {
    setBase(inForce);
    setDraft(draftOf(inForce.document));
  }
  const take = (policy: Policy) => {
    replace.reset();
    setBase(policy);
    setDraft(draftOf(policy.document));
  };
  const save = (version: number) =>
    replace.mutate(
      { version, document: documentOf(draft) },
      {
        onSuccess: (policy) => {
          take(policy);
          sayDone(t("policies.saved", { version: policy.version }));
        },
      },
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save(base.version);
      }}
    >
      <PageHeader
        title={t("nav.policies")}
        aside={
          <span>
            {t("policies.version", { version: inForce.version })} ·{" "}
            {inForce.changed_by === "default"
              ? t("policies.asInstalled")
              : t("policies.changedBy", { who: inForce.changed_by })}{" "}
            <Moment at={inForce.changed_at} />
          </span>
        }
      />
      <p className="mb-4 max-w-[80ch] text-muted">{t("policies.body")}</p>
      {conflict && (
        <Note tone="warn">
          <p className="font-medium">{t("policies.conflict")}</p>
          <p className="text-muted">{t("policies.conflictBody")}</p>
          <div className="mt-2 flex flex-wrap gap-2">
            <Button small onClick={() => take(inForce)}>
              {t("policies.loadTheirs")}
            </Button>
            <Button small disabled={!stale} onClick={() => save(inForce.version)}>
              {t("policies.overwrite")}
            </Button>
          </div>
        </Note>
      )}
      {problem && problem.status !== 409 && <Failure error={problem} />}
      <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
        {(Object.keys(GROUPS) as GroupName[]).map((group) => (
          <Card key={group} title={t(`policies.group.${group}`)}>
            <div className="space-y-3">
              {GROUPS[group].map((limit: Limit) => (
                <LimitField
                  key={limit.name}
                  limit={limit}
                  currency={inForce.currency}
                  value={draft[limit.name]}
                  disabled={!may}
                  onChange={(value) => setDraft({ ...draft, [limit.name]: value })}
                />
              ))}
            </div>
          </Card>
        ))}
      </div>
      <div className="sticky bottom-0 mt-4 flex flex-wrap items-center gap-3 border-t border-line bg-bg py-3 max-md:bottom-14">
        <Button
          type="submit"
          variant="primary"
          disabled={!may || edits.length === 0 || hasErrors(draft) || replace.isPending || conflict}
        >
          {t("policies.save")}
        </Button>
        <Button disabled={edits.length === 0 || replace.isPending} onClick={() => take(inForce)}>
          {t("policies.reset")}
        </Button>
        <span role="status" className="text-dense text-muted">
          {may
            ? edits.length > 0 && t("policies.changes", { count: edits.length })
            : t("state.notAllowed")}
        </span>
      </div>
    </form>
  );
}

interface LimitFieldProps {
  limit: Limit;
  currency: string;
  value: string;
  disabled: boolean;
  onChange: (value: string) => void;
}

function LimitField({ limit, currency, value, disabled, onChange }: LimitFieldProps) {
  const { t } = useTranslation();
  const { kind } = limit;
  const unit =
    kind === "money" ? currency : kind === "text" ? undefined : t(`policies.unit.${kind}`);
  const error = errorOf(limit, value);
  const off = limit.optional && value.trim() === "";
  return (
    <Field
      label={t(`policies.field.${limit.name}`)}
      unit={unit}
      value={value}
      disabled={disabled}
      onChange={onChange}
      inputMode={kind === "text" ? "text" : isWhole(kind) ? "numeric" : "decimal"}
      error={error ? t(`policies.${error}`) : undefined}
      hint={off ? t(kind === "text" ? "policies.off" : "policies.unlimited") : undefined}
    />
  );
}
