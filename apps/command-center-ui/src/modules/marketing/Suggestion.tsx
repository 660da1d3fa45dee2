/** Words that a model suggests for a flow's text, with what they rest on; a person puts them in. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFlowWords } from "@/api/flow-words";
import { asProblem } from "@/api/problem";
import { useMay } from "@/api/session";
import { Button } from "@/ui/Button";
import { Select } from "@/ui/fields";
import { AfterPatience, Failure, Note, Skeleton } from "@/ui/states";
import { saying } from "./saying";

interface SuggestionProps {
  text: string;
  onTake: (text: string) => void;
}

const LANGUAGES = ["en", "nl"] as const;
type Language = (typeof LANGUAGES)[number];

export function Suggestion({ text, onTake }: SuggestionProps) {
  const { t, i18n } = useTranslation();
  const may = useMay("agents:configure");
  const [language, setLanguage] = useState<Language>(i18n.language.startsWith("nl") ? "nl" : "en");
  const [askedOf, setAskedOf] = useState("");
  const words = useFlowWords();
  const ask = () => {
    setAskedOf(text);
    words.mutate({ text, language });
  };
  const take = ({ title, body }: { title: string; body: string }) => {
    words.reset();
    onTake(saying(text, title, body));
  };
  return (
    <section aria-label={t("marketing.suggest")} className="mb-3">
      <div className="flex flex-wrap items-center gap-2">
        <Button small disabled={!may || words.isPending} onClick={ask}>
          {t("marketing.suggest")}
        </Button>
        <Select
          label={t("marketing.suggestIn")}
          value={language}
          disabled={!may || words.isPending}
          onChange={(value) => setLanguage(value as Language)}
          options={LANGUAGES.map((value) => ({ value, label: t(`marketing.speaks.${value}`) }))}
        />
      </div>
      {words.isPending && (
        <AfterPatience>
          <Skeleton rows={2} className="mt-2" />
        </AfterPatience>
      )}
      {words.error && <Refused error={words.error} onRetry={ask} />}
      {words.data && (
        <div className="mt-2 rounded-row border border-line p-3 text-dense" aria-live="polite">
          {askedOf !== text && <Note tone="warn">{t("marketing.suggestStale")}</Note>}
          {!words.data.policies_read && <Note tone="info">{t("marketing.suggestPartial")}</Note>}
          <p className="font-medium">{words.data.title}</p>
          <p className="mt-1 whitespace-pre-wrap">{words.data.body}</p>
          <p className="mt-2 text-meta text-muted">{t("marketing.restsOn")}</p>
          <ul className="list-disc pl-4 text-meta text-muted">
            {words.data.rests_on.map((each) => (
              <li key={`${each.source}${each.text}`}>
                {each.text} <span className="font-mono">({each.source})</span>
              </li>
            ))}
          </ul>
          <p className="my-2 text-meta text-muted">{t("marketing.suggestNothing")}</p>
          <Button small onClick={() => take(words.data)}>
            {t("marketing.suggestTake")}
          </Button>
        </div>
      )}
    </section>
  );
}

/** Why there is no suggestion, with each fact that no source states. */
function Refused({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const faults = asProblem(error).errors ?? [];
  return (
    <div className="mt-2 rounded-row border border-line">
      <Failure error={error} onRetry={onRetry} />
      {faults.length > 0 && (
        <ul className="list-disc px-3 pb-3 pl-7 text-meta text-muted">
          {faults.map((each) => (
            <li key={String(each.message)}>{String(each.message)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
