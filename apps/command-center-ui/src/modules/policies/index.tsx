/** Policies: the limits every decision is judged by; saving makes a version. */
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
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

const LINK = "text-accent underline underline-offset-2";

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
  const [reason, setReason] = useState("");
  const reasonId = useId();
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
    setReason("");
  };
  const save = (version: number) =>
    replace.mutate(
      { version, document: documentOf(draft), reason: reason.trim() },
      {
        onSuccess: (policy) => {
          take(policy);
          const waits = policy.decision_id !== null && policy.waiting.includes(policy.decision_id);
          sayDone(
            waits ? t("policies.waitsForSecond") : t("policies.saved", { version: policy.version }),
          );
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
      <p className="mb-4 max-w-[80ch] text-muted">
        {t("policies.body")}{" "}
        <Link
          to="/approvals"
          search={{ status: "all", kind: "policy.change" } as never}
          className={LINK}
        >
          {t("policies.history")}
        </Link>
      </p>
      <Waiting decisions={inForce.waiting} />
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
      {edits.length > 0 && (
        <div className="mt-4 max-w-[60ch]">
          <label htmlFor={reasonId} className="block text-dense">
            {t("policies.reason")}
          </label>
          <input
            id={reasonId}
            value={reason}
            maxLength={500}
            aria-describedby={`${reasonId}-hint`}
            onChange={(event) => setReason(event.target.value)}
            className="mt-1 h-9 w-full rounded-control border border-line-strong bg-surface px-2 max-md:h-11"
          />
          <p id={`${reasonId}-hint`} className="mt-1 text-meta text-muted">
            {t("policies.reasonHint")}
          </p>
        </div>
      )}
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

/** Changes that nobody has decided on, or that want a second person. */
function Waiting({ decisions }: { decisions: string[] }) {
  const { t } = useTranslation();
  if (decisions.length === 0) return null;
  return (
    <Note tone="info">
      <p>{t("policies.waiting", { count: decisions.length })}</p>
      <ul className="mt-1 flex flex-wrap gap-3">
        {decisions.map((decisionId) => (
          <li key={decisionId}>
            <Link
              to="/approvals/$decisionId"
              params={{ decisionId } as never}
              search={{} as never}
              className={LINK}
            >
              {t("policies.lookAt")}
            </Link>
          </li>
        ))}
      </ul>
    </Note>
  );
}

const emptyWord = ({ kind, unknown }: Limit) =>
  unknown ? "state.unknown" : kind === "text" ? "policies.off" : "policies.unlimited";

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
      hint={off ? t(emptyWord(limit)) : undefined}
    />
  );
}
