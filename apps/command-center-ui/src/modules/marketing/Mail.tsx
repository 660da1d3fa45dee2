/** A mail as its reader sees it: without scripts, without reaching out, and as plain text. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Segmented } from "@/ui/fields";

interface MailProps {
  subject: string | null;
  html: string | null;
  text: string | null;
}

export function Mail({ subject, html, text }: MailProps) {
  const { t } = useTranslation();
  const [part, setPart] = useState<"html" | "text">("html");
  if (html === null || text === null) {
    return <p className="text-dense text-muted">{t("marketing.erased")}</p>;
  }
  return (
    <>
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-2">
        <h3 className="text-body font-medium">{subject}</h3>
        <Segmented
          label={t("marketing.part")}
          value={part}
          onChange={setPart}
          options={[
            { value: "html", label: t("marketing.html") },
            { value: "text", label: t("marketing.plain") },
          ]}
        />
      </div>
      {part === "html" ? (
        <iframe
          title={subject ?? t("marketing.html")}
          sandbox=""
          srcDoc={html}
          className="h-[520px] w-full rounded-row border border-line bg-white"
        />
      ) : (
        <pre className="max-h-[520px] overflow-auto rounded-row border border-line bg-bg p-3 text-meta whitespace-pre-wrap">
          {text}
        </pre>
      )}
    </>
  );
}
