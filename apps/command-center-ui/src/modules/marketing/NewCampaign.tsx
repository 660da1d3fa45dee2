/** A one-off campaign: written as a flow that starts once, tried, then put before a person. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/api/session";
import { Button } from "@/ui/Button";
import { Card } from "@/ui/Card";
import { FlowEditor } from "./FlowEditor";

export function NewCampaign() {
  const { t } = useTranslation();
  const may = useMay("agents:configure");
  const [open, setOpen] = useState(false);
  if (!may) return null;
  if (!open) {
    return (
      <div className="mb-4">
        <Button onClick={() => setOpen(true)}>{t("marketing.campaign")}</Button>
      </div>
    );
  }
  const draft = { id: "", version: 0, text: t("marketing.campaignDraft") };
  return (
    <div className="mb-4">
      <Card label={t("marketing.campaignTitle")} title={t("marketing.campaignTitle")}>
        <FlowEditor flow={draft} onDone={() => setOpen(false)} />
        <div className="mt-2">
          <Button small onClick={() => setOpen(false)}>
            {t("marketing.close")}
          </Button>
        </div>
      </Card>
    </div>
  );
}
