/** A template with the customer who ordered last; nothing is sent. */
import { useTranslation } from "react-i18next";
import { usePreview } from "@/api/marketing";
import { Card } from "@/ui/Card";
import { Segmented, Select } from "@/ui/fields";
import { QueryView } from "@/ui/QueryView";
import { useUrlState } from "@/ui/use-url-state";
import { Mail } from "./Mail";

export function Preview({ templates }: { templates: string[] }) {
  const { t, i18n } = useTranslation();
  const [url, setUrl] = useUrlState();
  const template = templates.find((name) => name === url.template) ?? templates[0] ?? "";
  const spoken = i18n.language.startsWith("nl") ? "nl" : "en";
  const language = url.language === "en" || url.language === "nl" ? url.language : spoken;
  const query = usePreview(template, language);
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
      <QueryView query={query}>
        {(mail) => <Mail subject={mail.subject} html={mail.html} text={mail.text} />}
      </QueryView>
    </Card>
  );
}
