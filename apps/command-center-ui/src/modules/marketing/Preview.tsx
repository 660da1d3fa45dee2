/** A template with a real customer, without a choice the one who ordered last; nothing is sent. */
import { useTranslation } from "react-i18next";
import { useCustomerPages } from "@/api/customers";
import { usePreview } from "@/api/marketing";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { SearchField, Segmented, Select } from "@/ui/fields";
import { QueryView } from "@/ui/QueryView";
import { useUrlState } from "@/ui/use-url-state";
import { Mail } from "./Mail";

const SHOWN = 6;

export function Preview({ templates }: { templates: string[] }) {
  const { t, i18n } = useTranslation();
  const [url, setUrl] = useUrlState();
  const template = templates.find((name) => name === url.template) ?? templates[0] ?? "";
  const spoken = i18n.language.startsWith("nl") ? "nl" : "en";
  const language = url.language === "en" || url.language === "nl" ? url.language : spoken;
  const customer = url.customer ?? "";
  const query = usePreview(template, language, customer);
  return (
    <Card
      title={t("marketing.view.templates")}
      aside={
        query.data &&
        t("marketing.with", { who: query.data.customer ?? "–", order: query.data.order })
      }
    >
      <div className="mb-3 flex flex-wrap gap-3">
        <Select
          label={t("marketing.template")}
          value={template}
          onChange={(value) => setUrl({ template: value })}
          options={templates.map((name) => ({ value: name, label: name }))}
        />
        <Segmented
          label={t("marketing.language")}
          value={language}
          onChange={(value) => setUrl({ language: value })}
          options={[
            { value: "en", label: "English" },
            { value: "nl", label: "Nederlands" },
          ]}
        />
      </div>
      <Who
        words={url.who ?? ""}
        chosen={customer !== ""}
        onWords={(who) => setUrl({ who })}
        onChoose={(id) => setUrl({ customer: id, who: "" })}
      />
      <QueryView query={query}>
        {(mail) => <Mail subject={mail.subject} html={mail.html} text={mail.text} />}
      </QueryView>
    </Card>
  );
}

interface WhoProps {
  words: string;
  chosen: boolean;
  onWords: (words: string) => void;
  onChoose: (customerId: string) => void;
}

/** Finds the customer to preview with. */
function Who({ words, chosen, onWords, onChoose }: WhoProps) {
  const { t } = useTranslation();
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <SearchField
        className="w-64 max-md:w-full"
        label={t("marketing.findCustomer")}
        value={words}
        onChange={onWords}
      />
      {words ? (
        <Found words={words} onChoose={onChoose} />
      ) : (
        chosen && (
          <Button small onClick={() => onChoose("")}>
            {t("marketing.lastBuyer")}
          </Button>
        )
      )}
    </div>
  );
}

function Found({ words, onChoose }: Pick<WhoProps, "words" | "onChoose">) {
  const { t } = useTranslation();
  const query = useCustomerPages({ q: words });
  return (
    <QueryView query={query}>
      {({ pages }) => {
        const found = pages[0]?.data ?? [];
        return found.length === 0 ? (
          <p className="text-dense text-muted">{t("marketing.nobody")}</p>
        ) : (
          found.slice(0, SHOWN).map((each) => (
            <Button small key={each.id} onClick={() => onChoose(each.id)}>
              {each.name ?? each.id}
            </Button>
          ))
        );
      }}
    </QueryView>
  );
}
