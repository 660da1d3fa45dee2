/** A flow's text: checked while it is written, saved as a new version. */
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCheckFlow, useSaveFlow, useTryFlow } from "@/api/marketing";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import { Button } from "@/ui/Button";
import { Failure, Note } from "@/ui/states";
import { sayDone } from "@/ui/toast";
import { Suggestion } from "./Suggestion";
import { Trial } from "./Trial";

/** A version that is being edited; version 0 is one that nobody saved yet. */
interface Draft {
  id: string;
  version: number;
  text: string;
}

export function FlowEditor({ flow, onDone }: { flow: Draft; onDone: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const may = useMay("agents:configure");
  const [text, setText] = useState(flow.text);
  const check = useCheckFlow();
  const save = useSaveFlow();
  const trial = useTryFlow();
  const change = (value: string) => {
    setText(value);
    check.reset();
    trial.reset();
  };
  const submit = async () => {
    const found = await check.mutateAsync(text);
    if (found.problems.length > 0) return;
    save.mutate(
      { id: flow.version ? flow.id : nameIn(text), version: flow.version, text },
      {
        onSuccess: () => {
          sayDone(t("marketing.saved", { version: flow.version + 1 }));
          onDone();
        },
      },
    );
  };
  const problems = check.data?.problems ?? [];
  return (
    <form
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label htmlFor={id} className="mb-1 block text-meta text-muted">
        {t("marketing.text")}
      </label>
      <textarea
        id={id}
        value={text}
        spellCheck={false}
        readOnly={!may}
        aria-invalid={problems.length > 0}
        aria-describedby={`${id}-problems`}
        onChange={(event) => change(event.target.value)}
        className="h-80 w-full rounded-control border border-line-strong bg-bg p-3 font-mono text-meta max-md:text-[16px]"
      />
      <Suggestion text={text} onTake={change} />
      <div id={`${id}-problems`} role="status">
        {problems.length > 0 && (
          <Note tone="bad">
            <ul className="list-disc pl-4">
              {problems.map((problem) => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          </Note>
        )}
        {check.data && problems.length === 0 && <Note tone="info">{t("marketing.fine")}</Note>}
      </div>
      {save.error && <Failure error={asProblem(save.error)} />}
      {check.error && <Failure error={asProblem(check.error)} />}
      {trial.error && <Failure error={asProblem(trial.error)} />}
      {trial.data && <Trial trial={trial.data} />}
      <p className="my-2 text-meta text-muted">
        {t(flow.version ? "marketing.newVersion" : "marketing.campaignNext")}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button
          small
          variant="primary"
          type="submit"
          disabled={
            !may || (flow.version > 0 && text === flow.text) || save.isPending || check.isPending
          }
        >
          {t("marketing.save")}
        </Button>
        <Button small disabled={!may || check.isPending} onClick={() => check.mutate(text)}>
          {t("marketing.check")}
        </Button>
        <Button small disabled={trial.isPending} onClick={() => trial.mutate(text)}>
          {t("marketing.try")}
        </Button>
        {!may && <span className="text-dense text-muted">{t("state.notAllowed")}</span>}
      </div>
    </form>
  );
}

/** The name that a new flow's text gives itself; the server says what is wrong with it. */
function nameIn(text: string): string {
  return /^flow:[ \t]*(\S+)/m.exec(text)?.[1] ?? "-";
}
